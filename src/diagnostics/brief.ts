/** Most characters of a value that a message shows. */
const most = 80;

/** What somebody wrote, as messages quote it: a longer text ends in an ellipsis. */
export function brief(text: string): string {
  return text.length > most ? `${text.slice(0, most - 3)}...` : text;
}
