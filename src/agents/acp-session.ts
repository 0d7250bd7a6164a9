// What is chosen of what an agent offers for a session: a mode that suits the permissions, and the model.
import type { Permissions } from '../schema/types.gen.ts';
import type { Native } from './streams/events.ts';
import { objectOf, objectsOf, textOf } from './streams/native.ts';

/** A request to make, or why there is none that says it. */
export type Choice =
  | { readonly type: 'request'; readonly method: string; readonly params: Native }
  | { readonly type: 'impossible'; readonly message: string };

/**
 * Modes by the names that agents give them, those first that say it best. Where an agent asks before it edits there is nothing to
 * choose for edit: it is answered. codex-acp asks only in "workspace-write" before it leaves its folder.
 */
const modes: Readonly<Record<Permissions, readonly string[]>> = {
  plan: ['plan', 'read-only'],
  edit: ['workspace-write'],
  full: ['agent-full-access', 'bypassPermissions', 'yolo'],
};

/** The mode that suits these permissions; undefined where the agent offers none, or is in it. */
export function choiceOfMode(session: Native, permissions: Permissions): Choice | undefined {
  const { availableModes, currentModeId } = objectOf(session.modes);
  const offered = objectsOf(availableModes).map(({ id }) => textOf(id));
  const modeId = modes[permissions].find((mode) => offered.includes(mode));
  if (modeId === undefined || modeId === currentModeId) return undefined;
  return { type: 'request', method: 'session/set_mode', params: { modeId } };
}

/** The model that an agent is to use; undefined where it uses its own. */
export function choiceOfModel(session: Native, model: string | undefined): Choice | undefined {
  if (model === undefined) return undefined;
  const option = objectsOf(session.configOptions).find(
    ({ category, type }) => category === 'model' && type === 'select',
  );
  const values = objectsOf(option?.options).flatMap((each) => [each, ...objectsOf(each.options)]);
  const named = (list: readonly Native[], key: string) =>
    list.map((each) => textOf(each[key])).filter((id) => id !== '');
  const valued = named(values, 'value');
  if (option !== undefined && valued.includes(model)) {
    const params = { configId: option.id, value: model };
    return { type: 'request', method: 'session/set_config_option', params };
  }
  const ids = named(objectsOf(objectOf(session.models).availableModels), 'modelId');
  if (ids.includes(model)) return { type: 'request', method: 'session/set_model', params: { modelId: model } };
  const offered = [...new Set([...valued, ...ids])];
  const message =
    offered.length === 0
      ? `the agent lets nobody choose its model: leave out "model: ${model}", or name it in argv`
      : `the agent does not offer the model "${model}": it has ${offered.join(', ')}`;
  return { type: 'impossible', message };
}
