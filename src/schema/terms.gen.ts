// Generated from schemas/ by `npm run generate`. Do not edit.

/** The documents that people write. */
export type DocumentName = 'orchestra' | 'agent' | 'config' | 'project'

/** The keys that each map may have, by document and by the place of the map in the schema. */
export const keysAt: Readonly<Record<DocumentName, Readonly<Record<string, readonly string[]>>>> = {
  "orchestra": {
    "#": [
      "metadata",
      "orchestra",
      "agents",
      "tasks",
      "orchestration_type",
      "replicas",
      "resources",
      "required_tier"
    ],
    "#/properties/orchestra": [
      "id",
      "name",
      "description",
      "goal",
      "workspace",
      "execution",
      "orchestration_type",
      "replicas",
      "resources",
      "required_tier",
      "policy"
    ],
    "#/properties/orchestra/properties/workspace": [
      "type",
      "path"
    ],
    "#/properties/orchestra/properties/execution": [
      "strategy",
      "max_parallel_tasks",
      "task_timeout_seconds",
      "run_timeout_seconds",
      "retry_strategy",
      "on_failure",
      "task_groups",
      "manager",
      "max_depth",
      "max_delegated_tasks",
      "enable_metrics",
      "enable_trace",
      "orchestration_type",
      "replicas",
      "resources",
      "grace_seconds",
      "limits",
      "budget"
    ],
    "#/properties/orchestra/properties/execution/properties/retry_strategy/anyOf/1": [
      "strategy",
      "max_attempts",
      "initial_delay_seconds",
      "max_delay_seconds",
      "jitter"
    ],
    "#/properties/orchestra/properties/execution/properties/task_groups/items": [
      "name",
      "tasks",
      "execution_strategy",
      "max_concurrency"
    ],
    "#/properties/orchestra/properties/execution/properties/resources": [
      "cpu",
      "memory"
    ],
    "#/properties/orchestra/properties/execution/properties/limits": [
      "memory",
      "cpu",
      "output",
      "disk",
      "free_disk",
      "cache"
    ],
    "#/properties/orchestra/properties/execution/properties/budget": [
      "max_cost_usd",
      "max_tokens",
      "max_wall",
      "hard"
    ],
    "#/properties/orchestra/properties/resources": [
      "cpu",
      "memory"
    ],
    "#/properties/orchestra/properties/policy": [
      "deny",
      "confirm",
      "watch"
    ],
    "#/properties/agents/items/anyOf/1": [
      "name",
      "adapter",
      "description",
      "instructions",
      "run",
      "argv",
      "shell",
      "module",
      "options",
      "env",
      "secrets",
      "cwd",
      "model",
      "provider",
      "base_url",
      "api_key_env",
      "permissions",
      "allowed_tools",
      "max_turns",
      "args",
      "limits",
      "budget",
      "policy",
      "fallback_agents",
      "fallback_models"
    ],
    "#/properties/agents/items/anyOf/1/properties/limits": [
      "memory",
      "cpu",
      "output"
    ],
    "#/properties/agents/items/anyOf/1/properties/budget": [
      "max_cost_usd",
      "max_tokens",
      "max_wall"
    ],
    "#/properties/agents/items/anyOf/1/properties/policy": [
      "deny",
      "confirm",
      "watch"
    ],
    "#/properties/tasks/items": [
      "name",
      "agent",
      "description",
      "context",
      "dependencies",
      "priority",
      "timeout_seconds",
      "stall_seconds",
      "expects",
      "output_schema",
      "retry_count",
      "budget",
      "cache"
    ],
    "#/properties/tasks/items/properties/dependencies/items": [
      "task_name",
      "dependency_type",
      "timeout_seconds"
    ],
    "#/properties/tasks/items/properties/expects": [
      "files",
      "changes"
    ],
    "#/properties/tasks/items/properties/budget": [
      "max_cost_usd",
      "max_tokens",
      "max_wall"
    ],
    "#/properties/tasks/items/properties/cache/anyOf/1": [
      "files"
    ],
    "#/properties/resources": [
      "cpu",
      "memory"
    ]
  },
  "agent": {
    "#": [
      "apiVersion",
      "kind",
      "metadata",
      "spec"
    ],
    "#/properties/metadata": [
      "name",
      "id",
      "version",
      "namespace",
      "level",
      "stage",
      "agent_type",
      "description",
      "tags"
    ],
    "#/properties/spec": [
      "adapter",
      "run",
      "argv",
      "shell",
      "module",
      "options",
      "env",
      "secrets",
      "cwd",
      "model",
      "provider",
      "base_url",
      "api_key_env",
      "permissions",
      "allowed_tools",
      "max_turns",
      "args",
      "language_model",
      "input_fields",
      "output_fields",
      "persona",
      "instructions",
      "tasks",
      "agentflow",
      "evaluation",
      "feature_specifications",
      "optimization",
      "memory",
      "rag",
      "tools",
      "react_config",
      "reasoning",
      "constraints",
      "target_framework",
      "framework",
      "dspy",
      "rlm",
      "mcp",
      "observability",
      "logfire",
      "runtime",
      "backend",
      "datasets",
      "dataset",
      "output_mode",
      "agent_capabilities",
      "limits",
      "budget",
      "policy",
      "fallback_agents",
      "fallback_models"
    ],
    "#/properties/spec/properties/language_model": [
      "location",
      "provider",
      "model",
      "model_type",
      "temperature",
      "max_tokens",
      "top_p",
      "api_base",
      "api_key_env"
    ],
    "#/properties/spec/properties/input_fields/items": [
      "name",
      "type",
      "description",
      "required"
    ],
    "#/properties/spec/properties/output_fields/items": [
      "name",
      "type",
      "description",
      "required"
    ],
    "#/properties/spec/properties/persona": [
      "name",
      "role",
      "goal",
      "backstory",
      "job_description",
      "audience",
      "traits",
      "expertise_areas",
      "constraints",
      "ethical_guidelines",
      "communication_preferences",
      "instructions",
      "system_prompt"
    ],
    "#/properties/spec/properties/tasks/items": [
      "name",
      "description",
      "instruction",
      "inputs",
      "outputs",
      "expected_output_format",
      "expected_output",
      "schema",
      "type",
      "agent"
    ],
    "#/properties/spec/properties/tasks/items/properties/inputs/items": [
      "name",
      "type",
      "description",
      "required"
    ],
    "#/properties/spec/properties/tasks/items/properties/outputs/items": [
      "name",
      "type",
      "description",
      "required"
    ],
    "#/properties/spec/properties/agentflow/items": [],
    "#/properties/spec/properties/evaluation": [],
    "#/properties/spec/properties/feature_specifications": [],
    "#/properties/spec/properties/optimization": [
      "optimizer"
    ],
    "#/properties/spec/properties/optimization/properties/optimizer": [],
    "#/properties/spec/properties/memory": [],
    "#/properties/spec/properties/rag": [],
    "#/properties/spec/properties/tools": [],
    "#/properties/spec/properties/react_config": [],
    "#/properties/spec/properties/limits": [
      "memory",
      "cpu",
      "output"
    ],
    "#/properties/spec/properties/budget": [
      "max_cost_usd",
      "max_tokens",
      "max_wall"
    ],
    "#/properties/spec/properties/policy": [
      "deny",
      "confirm",
      "watch"
    ]
  },
  "config": {
    "#": [
      "adapter",
      "max_parallel_tasks",
      "task_timeout_seconds",
      "run_timeout_seconds",
      "grace_seconds",
      "on_failure",
      "limits",
      "env",
      "budget",
      "prices"
    ],
    "#/properties/limits": [
      "memory",
      "cpu",
      "output",
      "disk",
      "free_disk",
      "cache"
    ],
    "#/properties/budget": [
      "max_cost_usd",
      "max_tokens",
      "max_wall",
      "hard"
    ],
    "#/properties/prices/additionalProperties": [
      "input",
      "output",
      "cached"
    ]
  },
  "project": {
    "#": [
      "project",
      "version",
      "description",
      "defaults"
    ],
    "#/properties/defaults/anyOf/0": [
      "adapter",
      "max_parallel_tasks",
      "task_timeout_seconds",
      "run_timeout_seconds",
      "grace_seconds",
      "on_failure",
      "limits",
      "env",
      "budget",
      "prices"
    ],
    "#/properties/defaults/anyOf/0/properties/limits": [
      "memory",
      "cpu",
      "output",
      "disk",
      "free_disk",
      "cache"
    ],
    "#/properties/defaults/anyOf/0/properties/budget": [
      "max_cost_usd",
      "max_tokens",
      "max_wall",
      "hard"
    ],
    "#/properties/defaults/anyOf/0/properties/prices/additionalProperties": [
      "input",
      "output",
      "cached"
    ]
  }
}

/** The first term of common.schema.json whose form each pattern is. */
export const termOfPattern: Readonly<Record<string, string>> = {
  "^[A-Za-z][A-Za-z0-9_-]{0,63}$": "taskName",
  "^[A-Za-z][A-Za-z0-9_.-]{0,63}$": "agentName",
  "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$": "orchestraId",
  "^[0-9]{8}-[0-9]{6}-[0-9]{3}-[a-z0-9]{4}$": "runId",
  "^[0-9]+(\\.[0-9]+)?(ms|s|m|h)$": "duration",
  "^[0-9a-f]{64}$": "output",
  "^[^\\s]+( [^\\s]+)*$": "shell",
  "^[A-Za-z_][A-Za-z0-9_]*$": "env",
  "^[0-9]+(\\.[0-9]+)?(B|[kKMGT](B|iB?)?)$": "size",
  "^[0-9]+(\\.[0-9]+)?(%|m)?$": "cpus"
}

/** The words of each closed choice of common.schema.json. */
export const choices = {
  "priority": [
    "low",
    "medium",
    "high",
    "critical"
  ],
  "strategy": [
    "sequential",
    "parallel",
    "mixed",
    "hierarchical"
  ],
  "groupStrategy": [
    "sequential",
    "parallel"
  ],
  "onFailure": [
    "stop",
    "continue"
  ],
  "retryStrategy": [
    "none",
    "simple",
    "fixed",
    "linear",
    "exponential_backoff"
  ],
  "dependencyType": [
    "requires_output",
    "requires_completion"
  ],
  "adapterName": [
    "command",
    "claude",
    "codex",
    "gemini",
    "acp",
    "llm",
    "module",
    "rehearsal"
  ],
  "failureReason": [
    "agent-exit",
    "timeout",
    "stalled",
    "no-output",
    "invalid-output",
    "resource-limit",
    "budget",
    "merge-conflict",
    "adapter",
    "worker-lost"
  ],
  "outcome": [
    "succeeded",
    "failed",
    "cancelled"
  ],
  "permissions": [
    "plan",
    "edit",
    "full"
  ]
} as const
