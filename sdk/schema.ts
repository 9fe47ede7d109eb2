// The shapes of the HTTP API. Written by `npm run build:sdk` from the routes' schemas; do not edit.

/** Anything that JSON can say. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

export type ActivatePolicies = {
  readonly reason: string;
};

export type Alerts = {
  readonly data: readonly ({
    readonly rule: string;
    readonly workflow: string | null;
    readonly severity: "info" | "warning" | "critical";
    readonly what: string;
    readonly since: string;
    readonly value: number;
    readonly threshold: number;
    readonly unit: string;
    readonly runbook: string;
  })[];
  readonly next_cursor: string | null;
};

export type Anomalies = {
  readonly data: readonly ({
    /** when it was first seen */
    readonly at: string;
    readonly metric: "latency" | "errors" | "cost" | "personal_data" | "guardrail";
    /** `(chat)`: model calls of chats */
    readonly workflow: string;
    /** seconds or dollars of a typical run (geometric mean), or the share of runs; of the look that was farthest off */
    readonly value: number;
    /** what is in this range is no anomaly */
    readonly expected: readonly Json[];
    /** distance from the ordinary in standard deviations */
    readonly score: number;
    readonly status: "open" | "cleared";
  })[];
  readonly next_cursor: string | null;
};

export type ApiKey = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly roles: readonly ("caller" | "developer" | "reviewer" | "operator" | "monitor" | "auditor" | "admin")[];
  readonly created_at: string;
  readonly expires_at: string;
  readonly allow_from: readonly string[];
  readonly for_others: boolean;
  readonly last4: string;
  /** the key that this one replaced; null: none */
  readonly rotated_from: string | null;
  /** accurate to five minutes; null: never used */
  readonly last_used_at: string | null;
};

export type Approvers = {
  readonly operation: string;
  readonly roles: readonly string[];
  readonly users: readonly string[];
  readonly approvals_needed: number;
  readonly due_minutes?: number;
  readonly then: readonly ({
    readonly roles: readonly string[];
    readonly users: readonly string[];
    readonly after_minutes: number;
  })[];
  readonly auto_approve?: {
    readonly risk_below: number;
    readonly sample: number;
  };
  /** what passed without a person; `error_rate` is the share of the judged samples that should not have, with its 95 % Wilson interval */
  readonly auto_approved?: {
    readonly passed: number;
    readonly sampled: number;
    readonly judged: number;
    readonly wrong: number;
    readonly error_rate: {
      readonly value: number;
      readonly low: number;
      readonly high: number;
    } | null;
  };
};

export type ApproversSet = Approvers & {
  readonly warnings: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
};

/** the period: `from` is in it, `to` is not */
export type AskComplianceExport = {
  readonly from: string;
  readonly to: string;
};

export type AskOverride = {
  readonly run: string;
  /** a step of the run's workflow; every call that it makes is covered */
  readonly step: string;
  readonly reason: string;
  /** at most 7 days ahead */
  readonly expires_at: string;
};

export type AuditEntries = {
  readonly data: readonly AuditEntry[];
  readonly next_cursor: string | null;
  /** who is behind the pseudonyms in `data`; whoever was erased is not in it. null: the vault cannot say at the moment */
  readonly persons: { readonly [name: string]: string } | null;
};

export type AuditEntry = {
  readonly event_id: string;
  /** absent: version 1, in which persons are named */
  readonly version?: 2;
  readonly seq: number;
  readonly timestamp: string;
  readonly trace_id: string | null;
  readonly event_type: string;
  readonly actor: {
    readonly type: "user" | "system" | "agent" | "dashboard";
    readonly id: string;
  };
  readonly action: string;
  readonly resource: string;
  readonly decision: "allow" | "deny" | "ask" | null;
  readonly policy_version: string | null;
  readonly risk_score: number | null;
  /** any JSON value */
  readonly data: Json;
  readonly prev_hash: string;
  readonly hash: string;
  readonly key_id: string;
  readonly signature: string;
};

export type AuditRawPage = {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly run: string | null;
  readonly entries: string;
};

export type AuditRawSegment = {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly last_hash: string;
  /** D1 has dropped its pages */
  readonly trimmed: boolean;
  /** the retention of its entries is over */
  readonly pruned: boolean;
};

export type AuditStanding = {
  /** the last number given, and up to which D1 has everything */
  readonly head: {
    readonly seq: number;
    readonly hash: string;
    readonly integrated_seq: number;
  } | null;
  readonly tree: {
    readonly size: number;
    readonly root: string;
  } | null;
  /** what the object signed last */
  readonly checkpoint: string | null;
  /** what R2 has */
  readonly published: string | null;
  readonly fork: {
    readonly kind: string;
    readonly size: number;
    readonly published_size: number | null;
  } | null;
};

export type AuditVerdict = {
  readonly ok: boolean;
  readonly checked: number;
  readonly problems: readonly ({
    readonly seq: number;
    readonly code: string;
    readonly message: string;
  })[];
  readonly head: {
    readonly seq: number;
    readonly hash: string;
  } | null;
  /** the first entry of those that this call went on from */
  readonly from: number | null;
  /** how many older entries it went through again; they count in `checked` */
  readonly again: number;
  /** the newest checkpoint, with which what is stored was compared */
  readonly checkpoint: {
    readonly size: number;
    readonly root: string;
  } | null;
  /** not null: there is more to check; ask again, with `cursor` in a full check */
  readonly next_cursor: string | null;
};

export type Budget = {
  readonly scope: string;
  readonly usd_per_day: BudgetCap;
  readonly usd_per_month: BudgetCap;
  readonly tokens_per_month: BudgetCap;
  readonly usd_per_run: {
    readonly limit: number;
  } | null;
};

/** dollars or tokens; `limit` and `left` are null when there is no cap */
export type BudgetCap = {
  readonly limit: number | null;
  readonly spent: number;
  /** worst cases of calls whose cost nobody reported */
  readonly held: number;
  /** reserved by runs and calls in progress */
  readonly leased: number;
  readonly left: number | null;
  readonly period: string;
  readonly resets_at: string;
};

export type Budgets = {
  readonly data: readonly Budget[];
  readonly next_cursor: string | null;
};

/** a repeated answer does not contain the secret */
export type CallbackSecret = {
  readonly id: string;
  readonly org: string;
  /** shown once */
  readonly callback_secret?: string;
};

export type Caller = {
  readonly org: string;
  readonly user: string;
  readonly roles: readonly ("caller" | "developer" | "reviewer" | "operator" | "monitor" | "auditor" | "admin")[];
  /** `key_…`, `login_…` of an identity provider, or `admin` */
  readonly credential: string;
  readonly for_others: boolean;
  readonly platform_admin: boolean;
  /** when the key expires; null: the platform knows no expiry */
  readonly expires_at: string | null;
};

export type Card = {
  readonly purpose: string;
  readonly limitations?: string;
  readonly evaluation?: string;
  readonly contact?: string;
  readonly url?: string;
};

export type ChangeIncident = {
  readonly owner?: string | null;
  readonly status?: "open" | "investigating" | "resolved";
  readonly postmortem?: string | null;
  /** the incident's own: it is not changed */
  readonly id?: Json;
  /** the incident's own: it is not changed */
  readonly title?: Json;
  /** the incident's own: it is not changed */
  readonly severity?: Json;
  /** the incident's own: it is not changed */
  readonly source?: Json;
  /** the incident's own: it is not changed */
  readonly opened_by?: Json;
  /** the incident's own: it is not changed */
  readonly opened_at?: Json;
  /** of answers: it is not read */
  readonly resolved_at?: Json;
  /** of answers: it is not read */
  readonly timeline?: Json;
  /** of answers: it is not read */
  readonly runs?: Json;
};

export type ChangedOrg = Org & {
  /** shown once */
  readonly callback_secret?: string;
  readonly warnings?: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
};

export type ChatCompletion = {
  readonly id: string;
  readonly object: "chat.completion";
  readonly created: number;
  readonly model: string;
  readonly choices: readonly ({
    readonly index: number;
    readonly finish_reason: string | null;
  } & { readonly [name: string]: unknown })[];
  readonly usage?: {
    readonly prompt_tokens: number;
    readonly completion_tokens: number;
    readonly total_tokens: number;
  } & { readonly [name: string]: unknown };
} & { readonly [name: string]: unknown };

/** OpenAI's request. `model` is a model's id, or `task:` and a task; `bulkhead` says what is wished of the route. */
export type ChatRequest = {
  readonly model: string;
  readonly messages: readonly JsonObject[];
  readonly stream?: boolean;
  readonly stream_options?: {
    readonly include_usage?: boolean;
  };
  readonly max_tokens?: number;
  readonly max_completion_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly stop?: string | readonly string[];
  readonly seed?: number;
  readonly tools?: readonly JsonObject[];
  readonly tool_choice?: string | JsonObject;
  readonly response_format?: JsonObject;
  readonly parallel_tool_calls?: boolean;
  readonly reasoning_effort?: string;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly cache_control?: JsonObject;
  readonly logit_bias?: { readonly [name: string]: number };
  readonly metadata?: { readonly [name: string]: string };
  readonly prediction?: JsonObject;
  readonly prompt_cache_key?: string;
  readonly prompt_cache_retention?: string;
  readonly safety_identifier?: string;
  readonly service_tier?: string;
  readonly store?: boolean;
  readonly user?: string;
  readonly verbosity?: "low" | "medium" | "high";
  readonly bulkhead?: {
    readonly complexity?: "simple" | "ordinary" | "hard";
    readonly max_latency_ms?: number;
    readonly min_quality?: number;
    readonly cache?: "none" | "exact" | "semantic";
  };
};

export type CheckTexts = {
  readonly texts: readonly string[];
  readonly channel: "user" | "tool_output" | "model_output";
  /** by whose rules the texts are judged; absent: by the org's */
  readonly workflow?: string;
};

export type CheckedWorkflow = {
  readonly name: string;
  readonly digest: string;
  readonly dry_run: true;
  /** what will fail or mislead, or probably so; `path` is a JSON Pointer into the definition */
  readonly warnings: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
  readonly reach: ReachNews;
};

export type Collection = {
  readonly name: string;
  readonly description: string;
  readonly sensitivity: "public" | "internal" | "confidential" | "restricted";
  readonly allow: {
    readonly roles?: readonly string[];
    readonly users?: readonly string[];
  } | null;
  readonly sources: readonly string[] | null;
  readonly embedding: string | null;
  readonly chunk: {
    readonly tokens: number;
    readonly overlap: number;
  };
  readonly retention_days: number | null;
  readonly created_at: string;
  readonly updated_at: string;
};

export type CollectionSettings = {
  readonly description?: string | null;
  readonly sensitivity?: "public" | "internal" | "confidential" | "restricted" | null;
  readonly allow?: Readers;
  /** hosts that documents may come from; a document then has to name its `source` */
  readonly sources?: readonly string[] | null;
  /** an embedding model of the org; without one an embedded default is used */
  readonly embedding?: string | null;
  /** in tokens; `overlap` is 40 where nobody says, or half of `tokens` where that is less */
  readonly chunk?: {
    readonly tokens?: number;
    readonly overlap?: number;
  } | null;
  readonly retention_days?: number | null;
};

export type ComplianceExport = {
  readonly id: string;
  readonly framework: "soc2" | "iso42001" | "eu-ai-act" | "nist-ai-rmf";
  readonly status: "running" | "completed" | "failed";
  readonly from: string;
  readonly to: string;
  readonly asked_by: string;
  readonly asked_at: string;
  readonly completed_at: string | null;
  /** audit entries that are written so far */
  readonly entries: number;
};

export type ConsistencyProof = {
  readonly from: number;
  readonly to: number;
  readonly proof: readonly string[];
};

/** what no ledger pays: people's decisions, and the platform itself, estimated; not in `cost` */
export type CostNode = {
  readonly name: string;
  readonly usd: number;
  readonly calls?: number;
  /** how long a person took */
  readonly ms?: number;
  readonly children?: readonly CostNode[];
};

export type Costs = {
  readonly data: readonly ({
    readonly usd: number;
    readonly tokens_in: number;
    readonly tokens_out: number;
    readonly calls: number;
    /** the platform's own cost, an estimate; in no ledger */
    readonly storage_usd?: number;
    /** what people's decisions cost, where the org says what an hour does; in no ledger */
    readonly people_usd?: number;
    readonly people_minutes?: number;
    /** runs that ended */
    readonly runs?: number;
    /** runs that completed */
    readonly completed?: number;
  } & { readonly [name: string]: unknown })[];
  /** the sum of `usd` over all groups */
  readonly total_usd: number;
  /** what `include` asked for, over all groups; `usd` has none of it */
  readonly total?: {
    /** the platform's own cost, an estimate; in no ledger */
    readonly storage_usd?: number;
    /** what people's decisions cost, where the org says what an hour does; in no ledger */
    readonly people_usd?: number;
    readonly people_minutes?: number;
    /** runs that ended */
    readonly runs?: number;
    /** runs that completed */
    readonly completed?: number;
  };
};

export type CreateApiKey = {
  readonly org?: string;
  readonly user: string;
  readonly roles: readonly ("caller" | "developer" | "reviewer" | "operator" | "monitor" | "auditor" | "admin")[];
  /** 90 days from now by default */
  readonly expires_at?: string;
  /** address ranges that the key may be used from; by default any */
  readonly allow_from?: readonly string[];
  /** may start runs about other people */
  readonly for_others?: boolean;
};

/** `flag` (default): an unusual use of a tool's credentials is on record; `refuse`: it is refused as well */
export type CredentialRules = {
  readonly burst?: "flag" | "refuse" | null;
  readonly new_destination?: "flag" | "refuse" | null;
  readonly new_scope?: "flag" | "refuse" | null;
};

export type DeadLetter = {
  readonly id: string;
  readonly run: string;
  readonly workflow: string;
  readonly step: string | null;
  readonly reason: {
    readonly code: string;
    readonly message: string;
  };
  readonly undone: readonly string[];
  readonly status: "open" | "redriven" | "discarded";
  readonly created_at: string;
};

export type Decision = {
  readonly action: "approve" | "reject" | "modify" | "escalate";
  readonly reason: string;
  /** for `modify`: merged into the proposal (RFC 7396) */
  readonly changes?: Json;
  /** digest of the proposal that was shown; refused when it is no longer the current one */
  readonly digest?: string;
};

/** A workflow */
export type Definition = {
  readonly name: string;
  readonly description?: string;
  /** the user or group that answers for the workflow */
  readonly owner?: string;
  /** what people should know of it */
  readonly card?: {
    readonly purpose: string;
    readonly limitations?: string;
    readonly evaluation?: string;
    readonly contact?: string;
    readonly url?: string;
  };
  /** who judged its risk, and on which day */
  readonly risk_assessment?: {
    readonly level: "minimal" | "limited" | "high";
    readonly summary: string;
    readonly measures?: string;
    readonly assessed_by: string;
    readonly assessed_on: string;
  };
  /** a system message of the developer's, above everything that a user or a tool says */
  readonly instructions?: string;
  /** JSON Schema 2020-12 */
  readonly input: JsonObject | boolean;
  /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
  readonly output: Json;
  readonly limits?: {
    readonly usd?: number;
    readonly tokens?: number;
    readonly seconds?: number;
    readonly steps?: number;
    readonly confirm_over_usd?: number | null;
  };
  /** names of the tools that may be called; by default none */
  readonly tools?: readonly string[];
  readonly on_failure?: "compensate" | "park";
  readonly on_budget?: {
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly value: Json;
  };
  readonly guardrails?: {
    readonly input?: {
      /** what is done about a hit; not every rule takes every action */
      readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      readonly content?: {
        /** what is done about a hit; not every rule takes every action */
        readonly violence?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly hate?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly sexual?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly self_harm?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly illegal?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly topics?: {
        readonly allow?: readonly string[];
        readonly deny?: readonly string[];
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      /** names, places, organisations and addresses count as personal data */
      readonly names?: boolean;
      readonly max_chars?: number;
      /** where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken */
      readonly on_failure?: "open" | "closed";
    };
    readonly tools?: {
      /** what is done about a hit; not every rule takes every action */
      readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** names, places, organisations and addresses count as personal data */
      readonly names?: boolean;
    };
    readonly output?: {
      /** what is done about a hit; not every rule takes every action */
      readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly prompt_leak?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      readonly content?: {
        /** what is done about a hit; not every rule takes every action */
        readonly violence?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly hate?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly sexual?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly self_harm?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly illegal?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly topics?: {
        readonly allow?: readonly string[];
        readonly deny?: readonly string[];
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly max_chars?: {
        readonly n: number;
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly format?: {
        readonly is: "any" | "plain" | "markdown" | "json";
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly tone?: {
        readonly want: string;
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly forbid?: {
        readonly phrases?: readonly string[];
        readonly patterns?: readonly string[];
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly require?: {
        readonly phrases?: readonly string[];
        readonly patterns?: readonly string[];
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      readonly grounded_in?: {
        readonly steps?: readonly string[];
        readonly min?: number;
        /** what is done about a hit; not every rule takes every action */
        readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      };
      /** where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken */
      readonly on_failure?: "open" | "closed";
    };
    /** when a person takes over, and who */
    readonly hand_over?: {
      /** how soon a person takes over; `off`: nobody does */
      readonly asked?: "off" | "normal" | "high";
      readonly confidence_below?: {
        readonly at: number;
        readonly pointer: string;
      };
      /** failed attempts of one step */
      readonly failures?: number;
      /** how soon a person takes over; `off`: nobody does */
      readonly negative_tone?: "off" | "normal" | "high";
      /** how soon a person takes over; `off`: nobody does */
      readonly high_stakes?: "off" | "normal" | "high";
      /** how soon a person takes over; `off`: nobody does */
      readonly guardrail?: "off" | "normal" | "high";
      readonly to?: string;
    };
  };
  readonly slo?: {
    readonly success: number;
    readonly p95_ms?: number | null;
  };
  /** what its runs recall of their person before the first model call, and remember at their end */
  readonly memory?: {
    readonly recall?: "off" | "auto";
    readonly remember?: "off" | "summary" | "facts";
    readonly max_tokens?: number;
  };
  /** what of a run is said in its session */
  readonly session?: {
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly user?: Json;
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly assistant?: Json;
  };
  /** collections that `knowledge.search` may search in its runs */
  readonly knowledge?: readonly string[];
  /** by id */
  readonly steps: { readonly [name: string]: {
    readonly kind: "model";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    /** either `id` or `task` */
    readonly model: {
      readonly id?: string;
      readonly task?: string;
      readonly max_tokens?: number;
      readonly temperature?: number;
      readonly fallback?: readonly string[];
      readonly complexity?: "simple" | "ordinary" | "hard";
      readonly max_latency_ms?: number;
      readonly min_quality?: number;
    };
    readonly prompt: {
      readonly template: string;
      readonly slots?: { readonly [name: string]: Json };
      readonly types?: { readonly [name: string]: "text" | "number" | "boolean" | "list" | "object" };
    };
    /** JSON Schema 2020-12 */
    readonly output?: JsonObject | boolean;
    readonly budget?: {
      readonly usd?: number;
      readonly tokens?: number;
    };
    readonly guardrails?: {
      readonly output?: {
        /** what is done about a hit; not every rule takes every action */
        readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly prompt_leak?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        readonly content?: {
          /** what is done about a hit; not every rule takes every action */
          readonly violence?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly hate?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly sexual?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly self_harm?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly illegal?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly topics?: {
          readonly allow?: readonly string[];
          readonly deny?: readonly string[];
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly max_chars?: {
          readonly n: number;
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly format?: {
          readonly is: "any" | "plain" | "markdown" | "json";
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly tone?: {
          readonly want: string;
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly forbid?: {
          readonly phrases?: readonly string[];
          readonly patterns?: readonly string[];
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly require?: {
          readonly phrases?: readonly string[];
          readonly patterns?: readonly string[];
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly grounded_in?: {
          readonly steps?: readonly string[];
          readonly min?: number;
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        /** where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken */
        readonly on_failure?: "open" | "closed";
      };
    };
    readonly retry?: {
      readonly attempts?: number;
      readonly initial_ms?: number;
      readonly max_ms?: number;
      readonly factor?: number;
    };
    readonly timeout_ms?: number;
    readonly cache?: "none" | "exact" | "semantic";
    readonly async?: boolean;
  } | {
    readonly kind: "agent";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    /** either `id` or `task` */
    readonly model: {
      readonly id?: string;
      readonly task?: string;
      readonly max_tokens?: number;
      readonly temperature?: number;
      readonly fallback?: readonly string[];
      readonly complexity?: "simple" | "ordinary" | "hard";
      readonly max_latency_ms?: number;
      readonly min_quality?: number;
    };
    readonly prompt: {
      readonly template: string;
      readonly slots?: { readonly [name: string]: Json };
      readonly types?: { readonly [name: string]: "text" | "number" | "boolean" | "list" | "object" };
    };
    /** JSON Schema 2020-12 */
    readonly output?: JsonObject | boolean;
    readonly budget?: {
      readonly usd?: number;
      readonly tokens?: number;
    };
    readonly guardrails?: {
      readonly output?: {
        /** what is done about a hit; not every rule takes every action */
        readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        /** what is done about a hit; not every rule takes every action */
        readonly prompt_leak?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        readonly content?: {
          /** what is done about a hit; not every rule takes every action */
          readonly violence?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly hate?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly sexual?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly self_harm?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
          /** what is done about a hit; not every rule takes every action */
          readonly illegal?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly topics?: {
          readonly allow?: readonly string[];
          readonly deny?: readonly string[];
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly max_chars?: {
          readonly n: number;
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly format?: {
          readonly is: "any" | "plain" | "markdown" | "json";
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly tone?: {
          readonly want: string;
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly forbid?: {
          readonly phrases?: readonly string[];
          readonly patterns?: readonly string[];
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly require?: {
          readonly phrases?: readonly string[];
          readonly patterns?: readonly string[];
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        readonly grounded_in?: {
          readonly steps?: readonly string[];
          readonly min?: number;
          /** what is done about a hit; not every rule takes every action */
          readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
        };
        /** where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken */
        readonly on_failure?: "open" | "closed";
      };
    };
    readonly retry?: {
      readonly attempts?: number;
      readonly initial_ms?: number;
      readonly max_ms?: number;
      readonly factor?: number;
    };
    readonly timeout_ms?: number;
    readonly tools?: readonly string[];
    readonly max_iterations?: number;
  } | {
    readonly kind: "tool";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    readonly tool: string;
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly input?: Json;
    readonly async?: boolean;
    readonly retry?: {
      readonly attempts?: number;
      readonly initial_ms?: number;
      readonly max_ms?: number;
      readonly factor?: number;
    };
    readonly timeout_ms?: number;
    readonly compensate?: {
      readonly tool: string;
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly input?: Json;
      readonly retry?: {
        readonly attempts?: number;
        readonly initial_ms?: number;
        readonly max_ms?: number;
        readonly factor?: number;
      };
      readonly timeout_ms?: number;
    };
  } | {
    readonly kind: "review";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    readonly severity?: "critical" | "high" | "medium";
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly proposal: Json;
  } | {
    readonly kind: "wait";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly seconds?: Json;
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly until?: Json;
    readonly signal?: string;
    readonly timeout_ms?: number;
  } | {
    readonly kind: "map";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly over: Json;
    readonly concurrency?: number;
    /** a step without `needs` and `when` */
    readonly step: JsonObject;
  } | {
    readonly kind: "run";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    readonly workflow: string;
    readonly version?: number;
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly input?: Json;
  } | {
    readonly kind: "transform";
    readonly needs?: readonly string[];
    readonly when?: {
      readonly cel: string;
    };
    readonly on_error?: {
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    } | readonly ({
      /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
      readonly value: Json;
      readonly when?: {
        readonly cel: string;
      };
    } | {
      readonly step: string;
      readonly when?: {
        readonly cel: string;
      };
    })[];
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly value: Json;
  } };
};

export type Document = {
  readonly id: string;
  readonly collection: string;
  readonly revision: number;
  readonly status: "processing" | "ready" | "quarantined" | "refused" | "superseded";
  /** the revision that searches find */
  readonly serving: number | null;
  readonly title: string;
  readonly source: string | null;
  readonly allow: {
    readonly roles?: readonly string[];
    readonly users?: readonly string[];
  } | null;
  readonly metadata: { readonly [name: string]: string | number | boolean };
  /** SHA-256 of the bytes that were sent, hex; null for whoever may not read the document */
  readonly hash: string | null;
  /** what was sent */
  readonly media_type: string;
  /** those that are made so far */
  readonly chunks: number;
  readonly findings: readonly ({
    readonly type: string;
    readonly count: number;
    readonly message: string;
  })[];
  readonly uploaded_by: string;
  readonly released_by: string | null;
  readonly expires_at: string | null;
  readonly created_at: string;
};

export type DocumentWithText = Document & {
  readonly text: string | null;
};

export type Drills = {
  readonly data: readonly ({
    readonly id: string;
    readonly at: string;
    readonly scope: string;
    readonly status: "running" | "done";
    readonly runs: number;
    readonly revoked_ms: number | null;
    readonly last_dispatch_ms: number | null;
    readonly drained_ms: number | null;
  })[];
  readonly next_cursor: string | null;
};

export type EmbeddingList = {
  readonly object: string;
  readonly data: readonly ({
    readonly index: number;
  } & { readonly [name: string]: unknown })[];
} & { readonly [name: string]: unknown };

/** OpenAI's request. `model` is a model's id, or `task:embed`. */
export type EmbeddingRequest = {
  readonly model: string;
  readonly input: string | readonly string[];
  readonly encoding_format?: "float" | "base64";
  readonly dimensions?: number;
  readonly user?: string;
};

export type Erasure = {
  readonly id: string;
  readonly org: string;
  readonly status: "running" | "completed";
  readonly asked_by: string;
  readonly asked_at: string;
  readonly completed_at: string | null;
  /** what is gone now, by store */
  readonly gone: readonly ({
    readonly store: string;
    readonly entries: number;
  })[];
  /** runs about the person whose content is still to go */
  readonly runs_left: number;
  /** copies that end by themselves */
  readonly within_30_days: readonly ({
    readonly what: string;
    readonly by: string;
  })[];
  /** what an erasure leaves */
  readonly stays: readonly ({
    readonly store: string;
    readonly why: string;
  })[];
};

export type Estimate = {
  readonly usd: {
    /** the cost will hardly be lower */
    readonly low: number;
    readonly expected: number;
    /** the most that the run can cost; never more than its budget */
    readonly max: number;
  };
  readonly tokens: {
    readonly expected: number;
    readonly max: number;
  };
  readonly model_calls: {
    readonly expected: number;
    readonly max: number;
  };
  /** false: the run may reach its cap before it ends */
  readonly within_budget: boolean;
};

export type Event = {
  readonly seq: number;
  readonly type: string;
  readonly at: string;
  readonly step?: string;
  /** any JSON value */
  readonly data: Json;
};

export type Explanation = {
  readonly run: string;
  readonly cost: CostNode;
  readonly beside: CostNode;
  readonly time: {
    readonly total_ms: number;
    readonly critical_path: readonly PathPart[];
    readonly waiting_ms: number;
    readonly retry_ms: number;
    readonly queue_ms: number;
  };
  readonly causes: readonly ({
    readonly cause: string;
    readonly what: string;
    readonly step: string | null;
    readonly ms: number;
    readonly usd: number;
  })[];
  readonly waste: readonly ({
    readonly what: string;
    readonly usd: number;
    readonly ms: number;
  })[];
  readonly what_ifs: readonly ({
    readonly what: string;
    readonly step: string;
    /** dollars that it would have saved */
    readonly usd: number;
  })[];
  readonly decisions: readonly ({
    readonly step: string | null;
    readonly what: string;
    readonly why: string;
  })[];
  /** the dearest first; `cost` and `critical_path` enter those that the caller may see */
  readonly child_runs: readonly ({
    readonly run: string;
    readonly step: string;
    readonly workflow: string;
    readonly usd: number;
    readonly ms: number;
  })[];
  readonly median: {
    readonly usd: number;
    readonly ms: number;
    readonly runs: number;
  } | null;
  readonly summary: string;
};

export type Feedback = {
  readonly id: string;
  readonly run: string;
  readonly user: string;
  readonly score: number;
  readonly comment: string | null;
  readonly created_at: string;
};

export type GiveFeedback = {
  readonly score: number;
  readonly comment?: string;
};

export type GuardrailResults = {
  readonly results: readonly ({
    readonly verdict: "pass" | "redact" | "flag" | "review" | "block";
    readonly findings: readonly ({
      readonly type: string;
      readonly start: number;
      readonly end: number;
      readonly score: number;
      readonly detector: string;
      /** of a broken rule: its name, like `output.forbid` */
      readonly rule?: string;
      /** of a broken rule: what a run would do */
      readonly action?: string;
    })[];
    readonly redacted: string;
  })[];
};

export type ImportRequest = {
  readonly mcp?: {
    readonly url: string;
    /** name of the secret that every call of these tools is made with, and that an MCP server is listed with */
    readonly secret?: string;
  };
  readonly openapi?: {
    readonly url?: string;
    /** OpenAPI 3.0 or 3.1, as JSON */
    readonly document?: { readonly [name: string]: Json };
    /** name of the secret that every call of these tools is made with, and that an MCP server is listed with */
    readonly secret?: string;
  };
  readonly prefix?: string;
  /** by name here: what a person knows of a tool; by default what a GET does is `read`, all else `write` */
  readonly effects?: { readonly [name: string]: "none" | "read" | "write" };
  /** names here; by default all */
  readonly only?: readonly string[];
};

export type ImportedTools = {
  readonly tools: readonly ({
    readonly name: string;
    readonly version: number;
    /** `active`: the version in force is as the source describes it */
    readonly status: "proposed" | "active";
    readonly effect: "none" | "read" | "write";
    /** what the source claims of the tool; nothing follows from it */
    readonly hints?: {
      readonly read_only?: boolean;
      readonly destructive?: boolean;
      readonly idempotent?: boolean;
    };
    /** the version in force, and what the source has changed since */
    readonly replaces?: {
      readonly version: number;
      readonly changed: readonly ("description" | "schema")[];
    };
  })[];
  readonly refused: readonly ({
    readonly name: string;
    readonly reason: string;
  })[];
};

export type Incident = {
  readonly id: string;
  readonly title: string;
  readonly severity: "info" | "warning" | "critical";
  readonly status: "open" | "investigating" | "resolved";
  readonly source: string;
  readonly owner: string | null;
  readonly postmortem: string | null;
  readonly opened_by: string;
  readonly opened_at: string;
  readonly resolved_at: string | null;
};

export type InclusionProof = {
  readonly seq: number;
  /** entries that the checkpoint covers */
  readonly size: number;
  /** 32 bytes, in base64 */
  readonly leaf_hash: string;
  readonly proof: readonly string[];
  /** the signed note that the proof leads to */
  readonly checkpoint: string;
};

export type Introspect = {
  readonly token: string;
  readonly token_type_hint?: string;
};

/** RFC 7662; for an inactive credential, only `active` */
export type Introspection = {
  readonly active: boolean;
  readonly iss?: string;
  readonly sub?: string;
  readonly aud?: string;
  readonly exp?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly scope?: string;
} & { readonly [name: string]: unknown };

export type InventoryItem = {
  readonly kind: "model" | "tool" | "workflow";
  readonly name: string;
  readonly version: number | null;
  /** false: it ran, and the org has it no more */
  readonly registered: boolean;
  readonly owner: string | null;
  readonly description: string | null;
  /** of the data that a workflow's input names, that a tool answers with, or that a model accepts */
  readonly classes: readonly ("public" | "internal" | "confidential" | "restricted")[] | null;
  readonly first_used_at: string;
  readonly last_used_at: string;
  readonly card?: Card;
  readonly risk_assessment?: RiskAssessment;
};

export type ListedModel = {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: string;
  /** dollars per million tokens; for a model that only `MODEL` names, `MODEL_PRICE` or a cautious estimate */
  readonly price: {
    readonly input: number;
    readonly output: number;
  };
  /** what it takes: as it is registered, and what its upstream taught by refusing a parameter (remembered until a restart) */
  readonly parameters: {
    readonly passes?: readonly string[];
    readonly output_limit?: "max_tokens" | "max_completion_tokens";
    readonly temperature?: boolean;
    readonly json_schema?: "strict" | "plain" | "none";
    readonly parallel_tool_calls?: boolean;
    readonly refuses?: readonly string[];
    readonly developer?: boolean;
    readonly default_temperature?: boolean;
    readonly default_limit?: number;
  };
};

export type Memory = {
  readonly id: string;
  readonly subject: string;
  readonly tier: "episodic" | "semantic";
  readonly text: string;
  readonly pinned: boolean;
  readonly sensitivity: "public" | "internal" | "confidential" | "restricted";
  readonly source: "person" | "app" | "other" | "agent" | "workflow" | "summary";
  /** the user who said it; of a key that another person made, that person; of a run's, who started the run */
  readonly author: string;
  /** the run that stored it */
  readonly run?: string;
  readonly trust: "trusted" | "untrusted";
  readonly status: "active" | "quarantined";
  readonly fact?: {
    readonly subject: "person";
    readonly predicate: string;
    readonly object: string;
    readonly confidence: number;
  };
  /** the newer fact that closed this one */
  readonly superseded_by?: string;
  readonly closed_at?: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  readonly expires_at: string;
};

export type MemoryChange = {
  /** the memory's own: it is not changed */
  readonly subject?: string;
  /** the memory's own: it is not changed */
  readonly tier?: "episodic" | "semantic";
  readonly text?: string;
  readonly pinned?: boolean;
  readonly sensitivity?: "public" | "internal" | "confidential" | "restricted";
  /** days until it is forgotten; by default 365, 180, 90 or 30 by its class */
  readonly ttl_days?: number;
};

export type Model = {
  readonly id: string;
  readonly base_url: string | null;
  readonly secret: string | null;
  readonly upstream_id: string;
  readonly price: {
    readonly input: number;
    readonly output: number;
    readonly cached_input: number | null;
  };
  readonly context: number;
  readonly tasks: readonly string[];
  readonly pii: "never" | "redacted" | "allowed";
  readonly latency_ms: number | null;
  readonly quality: number | null;
  readonly pinned: boolean;
  readonly accepts?: "public" | "internal" | "confidential" | "restricted";
  readonly region?: string;
  readonly retention?: "none" | number;
  readonly trains?: boolean;
  readonly card?: Card;
  readonly risk_assessment?: RiskAssessment;
  readonly parameters?: {
    readonly passes?: readonly string[];
    readonly output_limit?: "max_tokens" | "max_completion_tokens";
    readonly temperature?: boolean;
    readonly json_schema?: "strict" | "plain" | "none";
    readonly parallel_tool_calls?: boolean;
    readonly refuses?: readonly string[];
    readonly developer?: boolean;
    readonly default_temperature?: boolean;
    readonly default_limit?: number;
  };
};

export type ModelList = {
  readonly object: "list";
  readonly data: readonly ListedModel[];
};

/** A pinned model */
export type ModelManifest = {
  /** only the platform's admins set it */
  readonly base_url?: string;
  /** name of the secret that holds the upstream's key */
  readonly secret?: string;
  readonly upstream_id: string;
  /** dollars per million tokens */
  readonly price: {
    readonly input: number;
    readonly output: number;
    readonly cached_input?: number;
  };
  /** tokens of the input and the answer together */
  readonly context: number;
  readonly tasks: readonly string[];
  readonly pii: "never" | "redacted" | "allowed";
  readonly latency_ms?: number;
  readonly quality?: number;
  readonly pinned?: boolean;
  readonly accepts?: "public" | "internal" | "confidential" | "restricted";
  /** where it runs, as in `eu` */
  readonly region?: string;
  /** how long its provider keeps what it was sent, in days */
  readonly retention?: "none" | number;
  readonly trains?: boolean;
  /** what people should know of it */
  readonly card?: {
    readonly purpose: string;
    readonly limitations?: string;
    readonly evaluation?: string;
    readonly contact?: string;
    readonly url?: string;
  };
  /** who judged its risk, and on which day */
  readonly risk_assessment?: {
    readonly level: "minimal" | "limited" | "high";
    readonly summary: string;
    readonly measures?: string;
    readonly assessed_by: string;
    readonly assessed_on: string;
  };
  /** parameters that the upstream accepts; `passes`: chat fields that are passed on unchanged */
  readonly parameters?: {
    readonly passes?: readonly ("cache_control" | "logit_bias" | "prompt_cache_key" | "prompt_cache_retention" | "safety_identifier" | "verbosity")[];
    readonly output_limit?: "max_tokens" | "max_completion_tokens";
    readonly temperature?: boolean;
    readonly json_schema?: "strict" | "plain" | "none";
    readonly parallel_tool_calls?: boolean;
  };
};

/** what a model must have registered to be given data of the class or a higher one: one of the regions, a retention of at most so many days, `trains: false` */
export type ModelRequirements = {
  readonly public?: {
    readonly region?: readonly string[];
    readonly retention?: "none" | number;
    readonly trains?: false;
  };
  readonly internal?: {
    readonly region?: readonly string[];
    readonly retention?: "none" | number;
    readonly trains?: false;
  };
  readonly confidential?: {
    readonly region?: readonly string[];
    readonly retention?: "none" | number;
    readonly trains?: false;
  };
  readonly restricted?: {
    readonly region?: readonly string[];
    readonly retention?: "none" | number;
    readonly trains?: false;
  };
};

export type ModelRoute = {
  readonly task: string;
  readonly models: readonly ({
    readonly id: string;
    readonly weight?: number;
  })[];
  readonly strategy: "fallback" | "weighted" | "cheapest" | "fastest";
};

/** The models of a task */
export type ModelRouteManifest = {
  readonly models: readonly ({
    readonly id: string;
    readonly weight?: number;
  })[];
  readonly strategy: "fallback" | "weighted" | "cheapest" | "fastest";
};

export type NewApiKey = ApiKey & {
  /** shown only in this answer; absent when the answer is repeated */
  readonly key?: string;
};

export type NewDocument = {
  readonly id?: string;
  readonly title: string;
  /** plain text or Markdown; at most what a request may hold */
  readonly text?: string;
  /** instead of `text`: a file of text, Markdown, HTML, PDF or DOCX. What it is its bytes say, not `name` or `type` */
  readonly file?: {
    readonly name?: string;
    readonly type?: string;
    readonly data: string;
  };
  /** an http or https address, or a name of your own without a colon */
  readonly source?: string;
  readonly allow?: Readers;
  readonly metadata?: { readonly [name: string]: string | number | boolean };
  readonly expires_at?: string;
};

export type NewMemory = {
  readonly subject?: string;
  readonly tier: "episodic" | "semantic";
  readonly text: string;
  readonly pinned?: boolean;
  readonly sensitivity?: "public" | "internal" | "confidential" | "restricted";
  /** days until it is forgotten; by default 365, 180, 90 or 30 by its class */
  readonly ttl_days?: number;
};

export type NotifyDestination = {
  readonly kind: "webhook" | "slack" | "teams" | "pagerduty" | "opsgenie" | "email";
  readonly url?: string;
  readonly to?: string;
  /** a webhook's `whsec_…`, PagerDuty's routing key, Opsgenie's API key; kept when left out */
  readonly secret?: string;
  /** all by default */
  readonly on?: readonly ("review" | "escalation" | "budget" | "kill" | "dead_letter" | "alert" | "anomaly" | "rollout" | "policy" | "incident")[];
};

/** An error as OpenAI's clients read it */
export type OpenAiError = {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: "invalid_request" | "unauthenticated" | "budget_exceeded" | "forbidden" | "policy_denied" | "second_person_required" | "not_found" | "method_not_allowed" | "conflict" | "payload_too_large" | "unsupported_media_type" | "idempotency_key_reused" | "injection_detected" | "content_blocked" | "rate_limited" | "internal" | "upstream_unavailable" | "output_invalid" | "kill_switch_active" | "overloaded" | "timeout" | "tool_error" | "interrupted" | "review_rejected" | "loop_detected" | "limit_reached" | "cancelled";
    /** the first field that is wrong: `messages[0].content` */
    readonly param: string | null;
  };
};

export type OpenIncident = {
  readonly title?: string;
  readonly severity?: "info" | "warning" | "critical";
  readonly owner?: string;
};

export type Org = {
  readonly org: string;
  readonly jurisdiction: null;
  readonly callback_hosts: readonly string[];
  readonly egress: readonly string[] | null;
  readonly retention_days: number;
  readonly retention: {
    readonly public: number | null;
    readonly internal: number | null;
    readonly confidential: number | null;
    readonly restricted: number | null;
    readonly audit_years: number;
  };
  readonly require_client_certificate: boolean;
  readonly notify: readonly (string | ShownDestination)[];
  readonly max_runs: number;
  readonly limits: RequestLimits;
  readonly kept_answers: "own" | "shared";
  readonly guardrails: OrgGuardrails | null;
  readonly risk: {
    readonly review_over: number;
    readonly block_over: number;
  };
  readonly models: ModelRequirements;
  readonly oversight: {
    readonly decoy_percent: number;
  };
  readonly assisted_review: "off" | "at_once" | "after_judgement";
  readonly accepts: SinkClasses;
  readonly credentials: {
    readonly burst: "flag" | "refuse";
    readonly new_destination: "flag" | "refuse";
    readonly new_scope: "flag" | "refuse";
  };
  readonly traces: {
    readonly percent: number;
    readonly slow_ms: number;
    readonly dear_usd: number;
    readonly content: boolean;
  };
  readonly costs: OrgCosts;
  readonly witnesses: readonly ({
    readonly name: string;
    readonly url: string;
    readonly key: string;
  })[];
  /** a list that waits for a second person; null: none does */
  readonly witnesses_change: {
    readonly id: string;
    readonly witnesses: readonly ({
      readonly name: string;
      readonly url: string;
      readonly key: string;
    })[];
    readonly requested_by: string;
    readonly requested_at: string;
  } | null;
  readonly created_at: string;
  readonly callback_secret_made_at: string | null;
};

/** replaced as a whole */
export type OrgCosts = {
  /** what an hour of the people who decide costs; runs keep the price that holds at their start */
  readonly people?: {
    readonly usd_per_hour: number;
    /** what one decision counts at most; 15 by default */
    readonly minutes_at_most?: number;
  };
  /** what a completed run is worth, by workflow (`GET /v1/costs/outcomes`) */
  readonly outcomes?: readonly ({
    readonly workflow: string;
    /** minutes of work that a completed run saves */
    readonly minutes_saved?: number;
    /** dollars that a completed run is worth */
    readonly success_usd?: number;
  })[];
};

export type OrgGuardrails = {
  readonly input?: {
    /** what is done about a hit; not every rule takes every action */
    readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    readonly content?: {
      /** what is done about a hit; not every rule takes every action */
      readonly violence?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly hate?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly sexual?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly self_harm?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly illegal?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly topics?: {
      readonly allow?: readonly string[];
      readonly deny?: readonly string[];
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    /** names, places, organisations and addresses count as personal data */
    readonly names?: boolean;
    readonly max_chars?: number;
    /** where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken */
    readonly on_failure?: "open" | "closed";
  };
  readonly tools?: {
    /** what is done about a hit; not every rule takes every action */
    readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    /** names, places, organisations and addresses count as personal data */
    readonly names?: boolean;
  };
  readonly output?: {
    /** what is done about a hit; not every rule takes every action */
    readonly injection?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    /** what is done about a hit; not every rule takes every action */
    readonly prompt_leak?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    readonly content?: {
      /** what is done about a hit; not every rule takes every action */
      readonly violence?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly hate?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly sexual?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly self_harm?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
      /** what is done about a hit; not every rule takes every action */
      readonly illegal?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly topics?: {
      readonly allow?: readonly string[];
      readonly deny?: readonly string[];
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly max_chars?: {
      readonly n: number;
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly format?: {
      readonly is: "any" | "plain" | "markdown" | "json";
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly tone?: {
      readonly want: string;
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly forbid?: {
      readonly phrases?: readonly string[];
      readonly patterns?: readonly string[];
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly require?: {
      readonly phrases?: readonly string[];
      readonly patterns?: readonly string[];
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    readonly grounded_in?: {
      readonly steps?: readonly string[];
      readonly min?: number;
      /** what is done about a hit; not every rule takes every action */
      readonly action?: "off" | "flag" | "redact" | "truncate" | "retry" | "review" | "block";
    };
    /** where a model of the task `moderate` does not answer: the built-in detector's word stands (`open`, the default), or the rule counts as broken */
    readonly on_failure?: "open" | "closed";
  };
  /** when a person takes over, and who */
  readonly hand_over?: {
    /** how soon a person takes over; `off`: nobody does */
    readonly asked?: "off" | "normal" | "high";
    readonly confidence_below?: {
      readonly at: number;
      readonly pointer: string;
    };
    /** failed attempts of one step */
    readonly failures?: number;
    /** how soon a person takes over; `off`: nobody does */
    readonly negative_tone?: "off" | "normal" | "high";
    /** how soon a person takes over; `off`: nobody does */
    readonly high_stakes?: "off" | "normal" | "high";
    /** how soon a person takes over; `off`: nobody does */
    readonly guardrail?: "off" | "normal" | "high";
    readonly to?: string;
  };
  /** rules that a definition may make weaker; `injection` means the rule of that name everywhere */
  readonly may_weaken?: readonly ("input.injection" | "input.content" | "input.topics" | "input.names" | "input.max_chars" | "input.on_failure" | "tools.injection" | "tools.names" | "output.injection" | "output.prompt_leak" | "output.content" | "output.topics" | "output.max_chars" | "output.format" | "output.tone" | "output.forbid" | "output.require" | "output.grounded_in" | "output.on_failure" | "hand_over.asked" | "hand_over.confidence_below" | "hand_over.failures" | "hand_over.negative_tone" | "hand_over.high_stakes" | "hand_over.guardrail" | "injection" | "content" | "topics" | "names" | "max_chars" | "on_failure" | "prompt_leak" | "format" | "tone" | "forbid" | "require" | "grounded_in" | "asked" | "confidence_below" | "failures" | "negative_tone" | "high_stakes" | "guardrail")[];
};

export type Outcomes = {
  readonly data: readonly ({
    readonly workflow: string;
    /** runs that ended */
    readonly runs: number;
    readonly completed: number;
    /** what their calls cost, as the ledger has it */
    readonly usd: number;
    readonly storage_usd: number;
    readonly people_usd: number;
    /** the sum of the three */
    readonly total_usd: number;
    readonly usd_per_success: number | null;
    /** null: the org does not say what a success saves */
    readonly hours_saved: number | null;
    /** what the completed runs were worth; null: the org does not say */
    readonly value_usd: number | null;
    /** `value_usd` without `total_usd` */
    readonly net_usd: number | null;
    readonly break_even: {
      /** completed runs that pay for `total_usd` */
      readonly successes: number;
      /** the share of `runs` that this is; over 1: not even if every run completed */
      readonly success_rate: number | null;
      readonly reached: boolean;
    } | null;
  })[];
};

export type Override = {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly reason: string;
  readonly status: "pending" | "active" | "expired";
  readonly by: string;
  readonly approvals_needed: number;
  readonly approvals: readonly ({
    readonly by: string;
    readonly at: string;
  })[];
  readonly expires_at: string;
  readonly created_at: string;
};

export type Oversight = {
  readonly since: string;
  readonly data: readonly ({
    readonly reviewer: string;
    readonly judged: number;
    readonly approved: number;
    readonly rejected: number;
    readonly modified: number;
    /** from when the review was opened */
    readonly seconds: {
      readonly median: number;
      readonly p90: number;
    };
    readonly agreement: {
      readonly of: number;
      readonly agreed: number;
    };
    readonly samples: number;
    readonly decoys: {
      readonly of: number;
      readonly caught: number;
    };
    /** reviews of which a model had suggested a decision; `seen`: the person could see it before their own */
    readonly suggestions: {
      readonly of: number;
      readonly followed: number;
      readonly seen: number;
    };
  })[];
};

export type PathPart = {
  readonly step: string;
  readonly ms: number;
  /** what the time went to: a call, a pause, a person, a line */
  readonly what: string;
  /** the child run that had the time */
  readonly run?: string;
  /** that run's own critical path */
  readonly within?: readonly PathPart[];
};

export type PermissionRule = {
  readonly role: string;
  readonly tool: string;
  readonly resource: string;
  readonly effect: "allow" | "deny" | "ask";
};

export type Permissions = {
  readonly version: string | null;
  readonly rules: readonly PermissionRule[];
};

export type PermissionsRequested = {
  readonly id: string;
  readonly version: string;
};

export type PersonExport = {
  readonly subject: string;
  readonly org: string;
  readonly generated_at: string;
  /** `from_input`: a person asks for themselves; what tools and models brought may be other people's and stays a placeholder */
  readonly values: "all" | "from_input";
  /** by which the audit log knows the person; null: it has no entry of version 2 about them */
  readonly pseudonym: string | null;
  readonly runs: readonly ({
    readonly run: Run;
    readonly events: readonly Event[];
    readonly reviews: readonly Review[];
    readonly feedback: readonly Feedback[];
    /** what models and tools were asked and answered, each with the digest that its audit entry has; without the developer's instructions, schemas and tools where a person exports themselves */
    readonly texts: readonly ({
      readonly sha256: string;
      /** any JSON value */
      readonly value: Json;
    })[];
    /** there are more texts than fit */
    readonly texts_cut: boolean;
  })[];
  /** chats, embeddings and other calls that belong to no run; what stood in place of their placeholders was never kept */
  readonly calls: readonly ({
    readonly id: string;
    /** what models and tools were asked and answered, each with the digest that its audit entry has; without the developer's instructions, schemas and tools where a person exports themselves */
    readonly texts: readonly ({
      readonly sha256: string;
      /** any JSON value */
      readonly value: Json;
    })[];
    /** there are more texts than fit */
    readonly texts_cut: boolean;
  })[];
  /** what is remembered of the person */
  readonly memories: readonly Memory[];
  /** what was said in the person's sessions */
  readonly sessions: readonly Session[];
  /** what the person said of runs */
  readonly feedback: readonly Feedback[];
  readonly erasure: Erasure | null;
  /** `?cursor=` for the next runs; null: these were the last */
  readonly next_cursor: string | null;
};

export type PolicyActivation = {
  readonly id: string;
  readonly kind: "policies" | "permissions";
  readonly version: string;
  readonly status: "pending" | "active" | "superseded";
  readonly reason: string;
  readonly requested_by: string;
  readonly requested_at: string;
  readonly approved_by: string | null;
  readonly activated_at: string | null;
};

export type PolicyAnalysis = {
  readonly never_applies: readonly string[];
  readonly widened: readonly PolicyExample[];
  readonly narrowed: readonly PolicyExample[];
  /** not every combination was asked: `never_applies` may name a policy that decides something */
  readonly sampled: boolean;
};

export type PolicyExample = {
  readonly role: string;
  readonly user: string;
  readonly action: string;
  readonly effect: "none" | "read" | "write";
  readonly approval: "never" | "always" | "policy";
  readonly name: string;
  readonly resources: string;
  /** any JSON value */
  readonly context: Json;
  readonly before: "allow" | "deny" | "ask";
  readonly after: "allow" | "deny" | "ask";
  readonly policies: readonly string[];
};

export type PolicyJob = {
  readonly id: string;
  readonly kind: "replay" | "analysis";
  readonly version: string;
  readonly status: "running" | "completed" | "failed";
  /** runs of a replay, questions of an analysis */
  readonly progress: {
    readonly done: number;
    readonly of: number;
  };
  readonly asked_by: string;
  readonly asked_at: string;
  readonly completed_at: string | null;
  readonly expires_at: string;
  /** null until it is completed */
  readonly result: PolicyReplay | PolicyAnalysis | null;
  readonly error: {
    readonly code: string;
    readonly message: string;
  } | null;
};

export type PolicyJobLine = {
  readonly id: string;
  readonly kind: "replay" | "analysis";
  readonly version: string;
  readonly status: "running" | "completed" | "failed";
  /** runs of a replay, questions of an analysis */
  readonly progress: {
    readonly done: number;
    readonly of: number;
  };
  readonly asked_by: string;
  readonly asked_at: string;
  readonly completed_at: string | null;
  readonly expires_at: string;
};

export type PolicyReplay = {
  readonly decisions: number;
  readonly changed: readonly ({
    readonly run: string;
    readonly step: string | null;
    readonly action: string;
    readonly resource: string;
    readonly before: "allow" | "deny" | "ask";
    readonly after: "allow" | "deny" | "ask";
    readonly policies: readonly string[];
  })[];
  /** there are more decisions than were made again, or more changes than are listed */
  readonly truncated: boolean;
};

export type PolicyVersion = {
  readonly version: string;
  readonly status: "draft" | "active";
  readonly note: string | null;
  readonly created_at: string;
  readonly created_by: string;
  readonly cedar?: string;
  readonly rules?: readonly PermissionRule[];
};

/** RFC 9457 problem details */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: "invalid_request" | "unauthenticated" | "budget_exceeded" | "forbidden" | "policy_denied" | "second_person_required" | "not_found" | "method_not_allowed" | "conflict" | "payload_too_large" | "unsupported_media_type" | "idempotency_key_reused" | "injection_detected" | "content_blocked" | "rate_limited" | "internal" | "upstream_unavailable" | "output_invalid" | "kill_switch_active" | "overloaded" | "timeout" | "tool_error" | "interrupted" | "review_rejected" | "loop_detected" | "limit_reached" | "cancelled";
  readonly trace_id: string;
  readonly errors?: readonly ({
    /** JSON Pointer into the body, or `query.NAME`, `header.NAME`, `path.NAME` */
    readonly path: string;
    readonly message: string;
    /** where in a text of several lines, from 1 */
    readonly line?: number;
    readonly column?: number;
  })[];
};

export type PutApprovers = {
  readonly roles?: readonly string[];
  readonly users?: readonly string[];
  /** 1 by default; always different people, none of them the one who started the run */
  readonly approvals_needed?: number;
  /** by default 15, 60 or 240 by severity */
  readonly due_minutes?: number;
  /** who joins when nobody has decided so many minutes after the review was opened */
  readonly then?: readonly ({
    readonly roles?: readonly string[];
    readonly users?: readonly string[];
    readonly after_minutes: number;
  })[];
  /** a lower risk passes without a person */
  readonly auto_approve?: {
    readonly risk_below: number;
    /** the share that is reviewed afterwards; 0.1 by default */
    readonly sample?: number;
  };
};

/** replaces the caps of the scope: what is absent or null is not capped; a user without any cap is under `user:*` */
export type PutBudget = {
  readonly usd_per_day?: number | null;
  readonly usd_per_month?: number | null;
  readonly tokens_per_month?: number | null;
  readonly usd_per_run?: number | null;
};

/** an absent field stays as it is; null restores the default; `guardrails`, `models`, `accepts` and `costs` are replaced as a whole */
export type PutOrg = {
  /** null: this deployment offers none yet */
  readonly jurisdiction?: Json;
  /** hosts that callbacks may be sent to; `host:port` allows only that port */
  readonly callback_hosts?: readonly string[] | null;
  /** hosts that the org's tools may call; null: any */
  readonly egress?: readonly string[] | null;
  readonly retention_days?: number | null;
  readonly retention?: RetentionChange | null;
  readonly require_client_certificate?: boolean | null;
  /** who is told when a person is needed; a URL is a webhook for all topics */
  readonly notify?: readonly (string | NotifyDestination)[] | null;
  readonly max_runs?: number | null;
  readonly limits?: RequestLimitsChange | null;
  /** `own` (default): a cached chat answer is given only to the user who got it first; `shared`: to everybody in the org */
  readonly kept_answers?: "own" | "shared" | null;
  readonly guardrails?: OrgGuardrails | null;
  readonly risk?: RiskLimits | null;
  readonly models?: ModelRequirements | null;
  /** the percentage of reviews beside which a decoy is planted; 0 by default */
  readonly oversight?: {
    readonly decoy_percent: number;
  } | null;
  /** whether a model of the task `judge` suggests what reviewers may decide, and whether they see it before their own judgement; `off` by default */
  readonly assisted_review?: "off" | "at_once" | "after_judgement" | null;
  readonly accepts?: SinkClasses | null;
  readonly credentials?: CredentialRules | null;
  /** the percentage of traces that are exported, which runs are exported in any case, and whether redacted prompts and answers go along */
  readonly traces?: {
    readonly percent?: number | null;
    readonly slow_ms?: number | null;
    readonly dear_usd?: number | null;
    readonly content?: boolean | null;
  } | null;
  readonly costs?: OrgCosts | null;
  /** witnesses of the audit log; a change waits for a second admin */
  readonly witnesses?: readonly ({
    readonly name: string;
    readonly url: string;
    readonly key: string;
  })[] | null;
  /** the same as `guardrails.may_weaken` */
  readonly may_weaken?: readonly string[];
};

export type PutSecret = {
  readonly value: string;
  readonly hosts: readonly string[];
};

export type ReachChange = {
  readonly what: "system.read" | "system.written" | "system.none" | "host" | "data_class" | "model" | "approval" | "workflow" | "unknown";
  readonly name: string;
  /** any JSON value */
  readonly before?: Json;
  /** any JSON value */
  readonly after?: Json;
};

/** what the version can touch, against the version in force */
export type ReachNews = {
  /** the version that most users' runs start with; null: there is none yet */
  readonly against: number | null;
  readonly added: readonly ({
    readonly what: "system.read" | "system.written" | "system.none" | "host" | "data_class" | "model" | "approval" | "workflow" | "unknown";
    readonly name: string;
  })[];
  readonly removed: readonly ({
    readonly what: "system.read" | "system.written" | "system.none" | "host" | "data_class" | "model" | "approval" | "workflow" | "unknown";
    readonly name: string;
  })[];
  readonly changed: readonly ({
    readonly what: "system.read" | "system.written" | "system.none" | "host" | "data_class" | "model" | "approval" | "workflow" | "unknown";
    readonly name: string;
  })[];
};

export type ReachedSystem = {
  readonly tool: string;
  readonly version: number;
  readonly kind: "http" | "mcp" | "container" | "isolate" | "workflow" | "platform";
  readonly effect: "none" | "read" | "write";
  readonly roles: readonly ("call" | "compensate" | "fallback" | "lookup")[];
  /** where its calls go; empty: they stay in the platform */
  readonly hosts: readonly string[];
  /** the MCP server that the tool belongs to; null: to none */
  readonly server: string | null;
  /** the class of what it answers */
  readonly sensitivity: "public" | "internal" | "confidential" | "restricted";
  /** the highest class that may go there; null: any */
  readonly accepts: "public" | "internal" | "confidential" | "restricted" | null;
  /** as `workflow/step` */
  readonly steps: readonly string[];
};

/** who may read: one of the roles or one of the users is enough */
export type Readers = {
  readonly roles?: readonly ("caller" | "developer" | "reviewer" | "operator" | "monitor" | "auditor" | "admin")[];
  readonly users?: readonly string[];
} | null;

export type Reconcile = {
  /** a provider's export of usage or cost, with its header */
  readonly csv?: string;
  /** `result` of AI Gateway's list of logs; further fields are ignored */
  readonly logs?: readonly ({
    readonly created_at: string;
    readonly provider?: string;
    readonly model: string;
    readonly cached?: boolean;
    readonly tokens_in?: number | null;
    readonly tokens_out?: number | null;
    readonly cost?: number | null;
  })[];
  /** what the CSV calls its columns, where they are not found by themselves */
  readonly columns?: {
    readonly day?: string;
    readonly model?: string;
    readonly tokens_in?: string;
    readonly tokens_out?: string;
    readonly usd?: string;
    readonly calls?: string;
  };
  /** compares only our models of this provider */
  readonly provider?: string;
  /** the first day; by default the export's */
  readonly from?: string;
  /** the day after the last; by default the export's */
  readonly to?: string;
  /** what a line may differ by, whichever is more; 0.01 dollars and 0 % by default */
  readonly tolerance?: {
    readonly usd?: number;
    readonly percent?: number;
  };
};

export type Reconciliation = {
  readonly from: string;
  /** the day after the last */
  readonly to: string;
  readonly rows: {
    readonly read: number;
    readonly left_out: number;
    /** the first twenty that were left out */
    readonly skipped: readonly ({
      readonly row: number;
      readonly why: string;
    })[];
  };
  readonly data: readonly ({
    readonly day: string;
    /** as its upstream names it */
    readonly model: string;
    /** our names of it */
    readonly models: readonly string[];
    readonly status: "differs" | "only_ours" | "only_theirs";
    readonly ours: {
      readonly usd: number | null;
      readonly tokens_in: number | null;
      readonly tokens_out: number | null;
      readonly calls: number | null;
    } | null;
    readonly theirs: {
      readonly usd: number | null;
      readonly tokens_in: number | null;
      readonly tokens_out: number | null;
      readonly calls: number | null;
    } | null;
    /** theirs without ours; null: the export tells of no money */
    readonly difference_usd: number | null;
  })[];
  /** days and models on which both agree */
  readonly equal: number;
  readonly total: {
    readonly ours_usd: number;
    readonly theirs_usd: number | null;
    readonly difference_usd: number | null;
  };
};

export type Recovery = {
  readonly id: string;
  readonly switch: string;
  readonly scope: string;
  readonly reason: string;
  readonly by: string;
  readonly at: string;
  readonly expires_at: string;
};

export type Redrive = {
  /** the step from which on everything is done again; completed steps before it are kept */
  readonly from?: string;
  /** by step: the input with which it starts, in place of its definition's */
  readonly changes?: JsonObject;
};

export type RegisterPolicies = {
  readonly cedar: string;
  readonly note?: string;
};

export type RegisteredModel = Model & {
  readonly warnings: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
};

export type RegisteredTool = Tool & {
  readonly warnings: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
};

export type RegisteredWorkflow = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly status: "active" | "retired";
  /** percentage of users whose runs start with this version */
  readonly percent: number;
  /** what will fail or mislead, or probably so; `path` is a JSON Pointer into the definition */
  readonly warnings: readonly ({
    readonly path: string;
    readonly message: string;
  })[];
  readonly reach: ReachNews;
};

export type ReleaseDocument = {
  readonly reason: string;
};

export type ReleaseMemory = {
  readonly reason?: string;
};

export type Replay = {
  readonly identical: boolean;
  /** `seq` of the first event after which the two differ */
  readonly diverged_at?: number;
  readonly run: Run;
};

export type ReplayPolicies = {
  readonly runs?: number;
};

/** requests a minute and requests under way at once: of each key, of each user, of the whole org; absent: no limit but the deployment's for each key */
export type RequestLimits = {
  readonly key?: {
    readonly per_minute?: number;
    readonly at_once?: number;
  };
  readonly user?: {
    readonly per_minute?: number;
    readonly at_once?: number;
  };
  readonly org?: {
    readonly per_minute?: number;
    readonly at_once?: number;
  };
};

/** replaces the limits field by field; null takes one away */
export type RequestLimitsChange = {
  readonly key?: {
    readonly per_minute?: number | null;
    readonly at_once?: number | null;
  } | null;
  readonly user?: {
    readonly per_minute?: number | null;
    readonly at_once?: number | null;
  } | null;
  readonly org?: {
    readonly per_minute?: number | null;
    readonly at_once?: number | null;
  } | null;
};

/** days after its end until a run whose data reached the class is deleted, with its reviews, feedback and personal data; the shorter of it and `retention_days` holds; a class without days keeps its runs in the archive as long as the evidence, `audit_years` (7 by default) */
export type RetentionChange = {
  readonly public?: number | null;
  readonly internal?: number | null;
  readonly confidential?: number | null;
  readonly restricted?: number | null;
  readonly audit_years?: number | null;
};

export type Review = {
  readonly id: string;
  readonly run: string;
  readonly step: string;
  readonly reason?: "step" | "policy" | "budget" | "guardrail" | "unknown_outcome" | "hand_over";
  /** of a hand-over: why a person takes over */
  readonly trigger?: "asked" | "negative_tone" | "high_stakes" | "guardrail" | "confidence" | "failures";
  readonly priority?: "normal" | "high";
  readonly to?: string | null;
  readonly summary?: string;
  readonly conversation?: readonly ({
    readonly role: "user" | "assistant" | "tool" | "system";
    readonly text: string;
    readonly step?: string;
  })[];
  readonly severity: "critical" | "high" | "medium";
  readonly status: "pending" | "approved" | "rejected" | "modified" | "escalated" | "expired" | "cancelled";
  readonly risk: {
    readonly score: number | null;
    readonly factors: readonly ({
      readonly factor: string;
      readonly points: number;
      readonly why: string;
    })[];
  };
  readonly policy: {
    readonly version: string | null;
    readonly decision: string | null;
    readonly reasons?: readonly string[];
  };
  readonly context?: ReviewContext;
  /** SHA-256 of the RFC 8785 JSON of what is shown: `run`, `step`, `reason`, the fields of a hand-over, `risk`, `policy`, `context`, `proposal`, `digest` */
  readonly shown?: string;
  /** any JSON value */
  readonly proposal: Json;
  readonly digest: string;
  readonly due_at: string;
  readonly approvals_needed: number;
  /** the review that passed without a person and is looked at here */
  readonly sample_of?: string;
  /** it was planted, and nobody asked it; shown once it is decided */
  readonly decoy?: true;
  /** who decides, where the registry of approvers had an entry; with the next in line who have joined */
  readonly approvers?: {
    readonly operation: string;
    readonly roles: readonly string[];
    readonly users: readonly string[];
  };
  /** of a write of unknown outcome: what each action does */
  readonly meaning?: {
    readonly approve: string;
    readonly modify: string;
    readonly reject: string;
  };
  /** what a model would decide (`assisted_review` of the org); its text is untrusted. `hidden`: until you have judged */
  readonly suggestion?: {
    readonly status: "pending" | "hidden" | "failed";
  } | {
    readonly status: "ready";
    readonly action: "approve" | "reject" | "escalate";
    readonly reason: string;
    readonly model: string;
    readonly at: string;
  };
  /** a person changed the proposal and everybody has to approve the change; `proposal` and `digest` are those of the change */
  readonly changed?: {
    readonly by: string;
    readonly at: string;
    readonly reason: string;
    /** any JSON value */
    readonly from: Json;
  };
  readonly approvals: readonly ({
    readonly by: string;
    readonly at: string;
  })[];
  /** `proposal` is present only for `modify`: what was approved instead of the original proposal */
  readonly decision: {
    readonly action: string;
    readonly by: string;
    readonly reason: string;
    readonly at: string;
    /** any JSON value */
    readonly proposal?: Json;
  } | null;
  readonly created_at: string;
  readonly closed_at?: string | null;
};

/** what people are shown beside the proposal; absent in lists */
export type ReviewContext = {
  readonly input: {
    /** any JSON value */
    readonly value: Json;
    readonly truncated?: true;
  } | {
    readonly withheld: string;
  };
  readonly trace: readonly ({
    readonly step: string;
    readonly kind: string;
    readonly status: string;
    readonly attempts: number;
    readonly output?: {
      /** any JSON value */
      readonly value: Json;
      readonly truncated?: true;
    } | {
      readonly withheld: string;
    };
    readonly error?: {
      readonly code: string;
      readonly message: string;
    };
  })[];
  /** the calls that follow from an approval, and what would undo each */
  readonly effects: readonly ({
    readonly step: string;
    readonly tool: string;
    readonly version: number | null;
    readonly effect: string;
    readonly undo: {
      readonly tool: string;
    } | null;
    readonly description?: string;
    readonly hosts?: readonly string[];
  })[];
  /** places of the proposal (JSON Pointers) that hold what somebody untrusted said */
  readonly untrusted: readonly ({
    readonly at: string;
    readonly sources: readonly string[];
  })[];
  /** inputs that a person gave steps when the run was redriven; covered by `digest` */
  readonly changes?: readonly ({
    readonly step: string;
    readonly input: {
      /** any JSON value */
      readonly value: Json;
      readonly truncated?: true;
    } | {
      readonly withheld: string;
    };
  })[];
};

/** the points of the factors sum to the score; a run's risk is that of its riskiest call so far */
export type Risk = {
  readonly score: number;
  readonly factors: readonly ({
    readonly factor: string;
    readonly points: number;
    readonly why: string;
  })[];
};

export type RiskAssessment = {
  readonly level: "minimal" | "limited" | "high";
  readonly summary: string;
  readonly measures?: string;
  readonly assessed_by: string;
  readonly assessed_on: string;
};

/** scores from 0 to 100; 70 and 90 by default */
export type RiskLimits = {
  readonly review_over?: number | null;
  readonly block_over?: number | null;
};

export type RotateApiKey = {
  /** how long the old key stays valid, at most until it expires */
  readonly overlap_seconds?: number;
};

export type Run = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly subject: string;
  readonly workflow: string;
  readonly version: number;
  readonly status: "queued" | "running" | "waiting" | "paused" | "compensating" | "completed" | "failed" | "cancelled" | "dead_lettered";
  /** any JSON value */
  readonly input: Json;
  /** any JSON value */
  readonly output: Json;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly step: string | null;
  } | null;
  readonly flags: readonly ("degraded" | "partial" | "budget_exceeded" | "stale" | "truncated")[];
  readonly usage: Usage;
  readonly budget: {
    readonly usd: number;
    readonly tokens: number;
  };
  readonly risk_score: number | null;
  readonly risk?: Risk;
  readonly steps: readonly Step[];
  /** the run's last hand-over to a person */
  readonly hand_over?: {
    readonly status: "confirming" | "raised" | "replied" | "handed_back" | "released" | "rejected" | "declined" | "withdrawn";
    readonly reason: "asked" | "negative_tone" | "high_stakes" | "guardrail" | "confidence" | "failures";
    readonly priority: "normal" | "high";
    readonly to: string | null;
    readonly at: string;
    readonly until?: string;
    readonly review?: string;
    /** the signal by which the user says whether a person is to take over */
    readonly signal?: string;
    /** writes of which nobody knows whether they happened, and which the reply left as they are */
    readonly undone?: readonly string[];
    /** what the user is told: who comes, and by when */
    readonly message: string;
  };
  readonly waiting_for: {
    readonly kind: string;
    readonly id?: string;
    readonly since: string;
    readonly until?: string;
  } | null;
  /** a person paused it; `parent`: by pausing this parent run */
  readonly paused?: {
    readonly by: string;
    readonly reason: string;
    readonly at: string;
    readonly parent?: string;
  };
  readonly session?: string;
  readonly metadata: JsonObject;
  readonly trace_id: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly redrive_of?: string;
  readonly parent?: string;
  /** set when the run's person was erased, and all content with them */
  readonly erased_at?: string;
  /** set when the run ended as a dead letter */
  readonly dead_letter?: {
    readonly id: string;
    readonly status: "open" | "redriven" | "discarded";
    readonly undone: readonly string[];
  };
};

export type RunContext = {
  readonly run: string;
  readonly items: readonly ({
    readonly kind: "session" | "memory" | "knowledge" | "conversation";
    /** null: before the first step */
    readonly step: string | null;
    readonly activity: string | null;
    readonly why: string;
    readonly query: string | null;
    readonly collection: string | null;
    readonly entries: readonly Json[];
    readonly shortened: {
      readonly cut: number;
      readonly left_out: readonly string[];
      readonly summarised: number;
    };
    /** about how much of a prompt it takes */
    readonly tokens: number;
    readonly failed: boolean;
    readonly seen_by: readonly ({
      readonly step: string;
      readonly activity: string;
      readonly attempt: number;
      readonly model: string;
      readonly at: string;
    })[];
  })[];
};

/** a run in a list: without input, output and steps */
export type RunLine = {
  readonly id: string;
  readonly org: string;
  readonly user: string;
  readonly subject: string;
  readonly workflow: string;
  readonly version: number;
  readonly status: "queued" | "running" | "waiting" | "paused" | "compensating" | "completed" | "failed" | "cancelled" | "dead_lettered";
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly step: string | null;
  } | null;
  readonly flags: readonly ("degraded" | "partial" | "budget_exceeded" | "stale" | "truncated")[];
  readonly usage: Usage;
  readonly budget: {
    readonly usd: number;
    readonly tokens: number;
  };
  readonly risk_score: number | null;
  readonly risk?: Risk;
  /** the run's last hand-over to a person */
  readonly hand_over?: {
    readonly status: "confirming" | "raised" | "replied" | "handed_back" | "released" | "rejected" | "declined" | "withdrawn";
    readonly reason: "asked" | "negative_tone" | "high_stakes" | "guardrail" | "confidence" | "failures";
    readonly priority: "normal" | "high";
    readonly to: string | null;
    readonly at: string;
    readonly until?: string;
    readonly review?: string;
    /** the signal by which the user says whether a person is to take over */
    readonly signal?: string;
    /** writes of which nobody knows whether they happened, and which the reply left as they are */
    readonly undone?: readonly string[];
    /** what the user is told: who comes, and by when */
    readonly message: string;
  };
  readonly waiting_for: {
    readonly kind: string;
    readonly id?: string;
    readonly since: string;
    readonly until?: string;
  } | null;
  /** a person paused it; `parent`: by pausing this parent run */
  readonly paused?: {
    readonly by: string;
    readonly reason: string;
    readonly at: string;
    readonly parent?: string;
  };
  readonly session?: string;
  readonly metadata: JsonObject;
  readonly trace_id: string;
  readonly created_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly redrive_of?: string;
  readonly parent?: string;
  /** set when the run's person was erased, and all content with them */
  readonly erased_at?: string;
  /** set when the run ended as a dead letter */
  readonly dead_letter?: {
    readonly id: string;
    readonly status: "open" | "redriven" | "discarded";
    readonly undone: readonly string[];
  };
};

/** OTLP JSON */
export type RunTrace = {
  readonly resourceSpans: readonly JsonObject[];
};

export type Search = {
  readonly query: string;
  readonly k?: number;
  readonly mode?: "hybrid" | "keyword" | "vector";
  /** facts of the documents' `metadata` that results must have; of a list, one is enough */
  readonly filter?: { readonly [name: string]: string | number | boolean | readonly (string | number | boolean)[] };
};

export type SearchResults = {
  readonly results: readonly ({
    readonly document: string;
    readonly revision: number;
    readonly title: string;
    readonly source: string | null;
    /** what a citation names */
    readonly chunk: string;
    /** in UTF-16 units of the document's text */
    readonly start: number;
    readonly end: number;
    readonly section: readonly string[];
    readonly text: string;
    readonly score: number;
    /** SHA-256, hex */
    readonly hash: string;
    readonly why: {
      readonly keyword_rank: number | null;
      readonly vector_rank: number | null;
    };
  })[];
  readonly mode: "hybrid" | "keyword" | "vector";
  /** the embedding model failed: words alone ranked */
  readonly degraded: boolean;
};

export type Secret = {
  readonly name: string;
  readonly hosts: readonly string[];
};

export type Session = {
  readonly id: string;
  readonly subject: string;
  readonly messages: readonly ({
    readonly role: "user" | "assistant";
    readonly content: string;
    readonly run: string;
    readonly at: string;
  })[];
  /** what became of the oldest messages, and how many they were */
  readonly summary: {
    readonly text: string;
    readonly messages: number;
  } | null;
  /** those under way, in their order; `apart`: it waits for a person, or did */
  readonly runs: readonly ({
    readonly run: string;
    readonly state: "waiting" | "speaking" | "apart";
  })[];
  readonly created_at: string;
  readonly updated_at: string;
  readonly expires_at: string;
};

export type SetPermissions = {
  readonly rules: readonly ({
    readonly role: string;
    readonly tool: string;
    readonly resource: string;
    readonly effect: "allow" | "deny" | "ask";
  })[];
  readonly reason?: string;
};

export type ShownDestination = {
  readonly kind: "webhook" | "slack" | "teams" | "pagerduty" | "opsgenie" | "email";
  readonly url?: string;
  readonly to?: string;
  readonly on: readonly ("review" | "escalation" | "budget" | "kill" | "dead_letter" | "alert" | "anomaly" | "rollout" | "policy" | "incident")[];
  readonly has_secret: boolean;
};

/** the highest class of data that may go to callbacks, to people who decide reviews, and to hosts of tools */
export type SinkClasses = {
  readonly callbacks?: "public" | "internal" | "confidential" | "restricted";
  readonly reviews?: "public" | "internal" | "confidential" | "restricted";
  readonly hosts?: { readonly [name: string]: "public" | "internal" | "confidential" | "restricted" };
};

export type SplitTraffic = {
  readonly versions: readonly ({
    readonly version: number;
    readonly percent: number;
  })[];
};

export type StartDrill = {
  readonly scope: string;
};

export type StartRun = {
  readonly workflow: string;
  readonly version?: number;
  /** any JSON value */
  readonly input: Json;
  /** lowers the definition's limits, never raises them */
  readonly budget?: {
    readonly usd?: number;
    readonly tokens?: number;
  };
  readonly deadline?: string;
  /** the person whose data the run holds; a person other than the caller requires a key with `for_others` */
  readonly subject?: string;
  /** the session of the subject that the run belongs to; its runs start one after the other */
  readonly session?: string;
  readonly metadata?: JsonObject;
  /** receives a POST with the finished run, signed as Standard Webhooks specifies; its host must be one of the org's `callback_hosts` */
  readonly callback_url?: string;
};

export type Step = {
  readonly id: string;
  readonly kind: string;
  readonly status: "pending" | "running" | "waiting" | "completed" | "failed" | "skipped" | "compensated";
  readonly attempts: number;
  /** any JSON value */
  readonly output: Json;
  /** where the passages stand that the answer of a step under `grounded_in` rests on */
  readonly citations?: readonly ({
    readonly document: string;
    readonly revision: number;
    readonly chunk: string;
    readonly start: number;
    readonly end: number;
    readonly title?: string;
    readonly source?: string | null;
  })[];
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly error?: string;
    readonly field?: string;
  } | null;
  readonly stale?: true;
  readonly usage: Usage | null;
  readonly started_at: string | null;
  readonly ended_at: string | null;
};

export type Stop = {
  readonly scope: string;
  readonly reason: string;
};

export type StoredTool = Tool & {
  /** a proposed version is used by nobody until a second person approves it */
  readonly status: "active" | "proposed";
  /** null: registered by hand */
  readonly origin: {
    readonly kind: "mcp" | "openapi";
    /** address of the server or document; null: the document was sent along */
    readonly url: string | null;
    /** the tool's name at its server, or method and path of its operation */
    readonly item: string;
    readonly description_sha256: string;
    /** SHA-256 of the canonical `[input, output]` */
    readonly schema_sha256: string;
    readonly proposed_by: string;
    readonly proposed_at: string;
    readonly approved_by?: string;
    readonly approved_at?: string;
  } | null;
};

export type Switch = {
  readonly id: string;
  readonly scope: string;
  readonly active: boolean;
  readonly epoch: number;
  readonly by: string;
  readonly at: string;
  readonly reason: string | null;
  readonly thrown_again?: {
    readonly by: string;
    readonly at: string;
    readonly reason: string | null;
  };
};

export type Switches = {
  readonly switches: readonly Switch[];
  readonly recoveries: readonly Recovery[];
  readonly in_flight: number;
  readonly drained_at: string | null;
};

export type Tool = {
  readonly name: string;
  readonly version: number;
  readonly description: string;
  readonly effect: "none" | "read" | "write";
  readonly kind: "workflow" | "http" | "mcp" | "container" | "platform" | "isolate";
  readonly workflow?: {
    readonly name: string;
  };
  readonly http?: {
    readonly url: string;
    readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly headers: { readonly [name: string]: string };
    readonly secret: string | null;
    readonly query?: readonly string[];
  };
  readonly mcp?: {
    readonly url: string;
    readonly tool: string;
    readonly secret: string | null;
  };
  readonly container?: {
    readonly language: "python";
    readonly code: string | null;
  };
  /** of built-in tools alone */
  readonly platform?: {
    readonly service: "knowledge.search" | "memory.recall" | "memory.remember" | "memory.forget";
  };
  readonly isolate?: {
    readonly code: string;
    readonly secrets?: { readonly [name: string]: string };
  };
  /** JSON Schema 2020-12 */
  readonly input: boolean | { readonly [name: string]: Json };
  /** JSON Schema 2020-12 */
  readonly output: boolean | { readonly [name: string]: Json };
  readonly timeout_ms: number;
  readonly idempotency: "key" | "none" | {
    readonly lookup: string;
  };
  readonly scopes: readonly string[];
  readonly approval: "never" | "always" | "policy";
  readonly guarded: readonly string[];
  readonly personal_data: { readonly [name: string]: readonly ("EMAIL" | "PHONE" | "CREDIT_CARD" | "IBAN" | "SSN" | "NATIONAL_ID" | "PASSPORT" | "BIRTH_DATE" | "LICENSE_PLATE" | "IP" | "MAC" | "IMEI" | "CRYPTO_ADDRESS" | "PERSON" | "ADDRESS" | "LOCATION" | "ORG" | "SECRET" | "recalled")[] };
  readonly sensitivity: "public" | "internal" | "confidential" | "restricted";
  readonly cache_ms?: number;
  readonly compensate?: {
    readonly tool: string;
    /** any JSON value */
    readonly input: Json;
  };
  readonly max_age_ms?: number;
  readonly rate?: {
    readonly per_minute: number;
  };
  readonly breaker?: {
    readonly failures: number;
    readonly window_ms: number;
    readonly open_ms: number;
    readonly successes: number;
  };
  readonly fallback?: string;
  readonly errors?: readonly ({
    readonly error: string;
    readonly message: string;
  })[];
  readonly price?: {
    readonly per_call_usd: number;
    readonly output_pointer?: string;
  };
  readonly accepts?: "public" | "internal" | "confidential" | "restricted";
  readonly egress?: readonly string[];
  readonly fresh?: boolean;
  readonly allow: {
    readonly roles: readonly string[];
  } | null;
};

export type ToolCredentials = {
  readonly tool: string;
  readonly version: number;
  /** origins that the version in force sends credentials to; known: some went there before, or an admin admitted it */
  readonly destinations: readonly ({
    readonly destination: string;
    readonly known: boolean;
  })[];
  readonly scopes: readonly ({
    readonly scope: string;
    readonly known: boolean;
  })[];
  /** the most credentials in a minute, halved for each day since */
  readonly usual_per_minute: number;
};

/** A tool */
export type ToolManifest = {
  readonly description?: string;
  readonly effect: "none" | "read" | "write";
  readonly kind: "workflow" | "http" | "mcp" | "container" | "isolate";
  readonly workflow?: {
    /** the workflow whose run a call is, as a child run */
    readonly name: string;
  };
  readonly http?: {
    /** `{field}` in its path takes a field of the input */
    readonly url: string;
    readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
    readonly headers?: { readonly [name: string]: string };
    /** name of a secret that is sent as this tool's credential */
    readonly secret?: string;
    /** input fields that go into the query whatever the method; the body then has the rest */
    readonly query?: readonly string[];
  };
  readonly mcp?: {
    /** the endpoint of an MCP server (streamable HTTP) */
    readonly url: string;
    /** the tool's name at that server */
    readonly tool: string;
    /** name of a secret that is sent as this tool's credential */
    readonly secret?: string;
  };
  readonly container?: {
    readonly language: "python";
    /** the program; docs/tools.md says how it gets its input */
    readonly code: string;
  };
  readonly isolate?: {
    /** an ES module that imports nothing: `export default async (input, ctx) => output` */
    readonly code: string;
    /** host of `egress` → name of the secret that is put into requests to it */
    readonly secrets?: { readonly [name: string]: string };
  };
  /** JSON Schema 2020-12 */
  readonly input: JsonObject | boolean;
  /** JSON Schema 2020-12 */
  readonly output: JsonObject | boolean;
  readonly timeout_ms?: number;
  readonly idempotency?: "key" | "none" | {
    /** name of a read tool */
    readonly lookup: string;
  };
  /** the call that undoes a call of this tool; expressions can read that call's `input` and `output` */
  readonly compensate?: {
    readonly tool: string;
    /** any JSON value, in which `{"cel": "…"}` at any depth is an expression */
    readonly input?: Json;
  };
  readonly scopes?: readonly string[];
  readonly approval?: "never" | "always" | "policy";
  readonly guarded?: readonly string[];
  /** JSON Pointer of an input field → kinds of personal data that are restored in it; with `recalled` also those of earlier runs, with `recalled` alone these alone, of any kind */
  readonly personal_data?: { readonly [name: string]: readonly ("EMAIL" | "PHONE" | "CREDIT_CARD" | "IBAN" | "SSN" | "NATIONAL_ID" | "PASSPORT" | "BIRTH_DATE" | "LICENSE_PLATE" | "IP" | "MAC" | "IMEI" | "CRYPTO_ADDRESS" | "PERSON" | "ADDRESS" | "LOCATION" | "ORG" | "SECRET" | "recalled")[] };
  readonly sensitivity?: "public" | "internal" | "confidential" | "restricted";
  readonly cache_ms?: number;
  readonly max_age_ms?: number;
  readonly rate?: {
    readonly per_minute: number;
  };
  readonly breaker?: {
    readonly failures?: number;
    readonly window_ms?: number;
    readonly open_ms?: number;
    readonly successes?: number;
  };
  /** name of a tool with the same output, called when this one fails and did nothing */
  readonly fallback?: string;
  readonly errors?: readonly ({
    readonly error: string;
    readonly message: string;
  })[];
  /** dollars; without `output_pointer` every call costs `per_call_usd`, with it that is the most a call can cost */
  readonly price?: {
    readonly per_call_usd: number;
    /** JSON Pointer of the output field with what the call cost */
    readonly output_pointer?: string;
  };
  readonly accepts?: "public" | "internal" | "confidential" | "restricted";
  readonly egress?: readonly string[];
  readonly fresh?: boolean;
  readonly allow?: {
    readonly roles: readonly string[];
  };
};

export type ToolTest = {
  readonly ok: boolean;
  /** any JSON value */
  readonly output: Json;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly error?: string;
    readonly field?: string;
    readonly layer?: "identity" | "policy" | "people" | "allowlist" | "registry" | "schema" | "label" | "risk" | "guard" | "budget" | "limits" | "egress" | "switch" | "credential";
  } | null;
  readonly status: number | null;
  readonly duration_ms: number;
  readonly findings: readonly ({
    readonly type: string;
    readonly detector: string;
    readonly count: number;
    readonly score: number;
    readonly pointer: string;
  })[];
};

export type ToolWithProposals = StoredTool & {
  readonly proposals: readonly StoredTool[];
};

export type Traffic = {
  readonly name: string;
  readonly versions: readonly ({
    readonly version: number;
    readonly percent: number;
  })[];
};

export type Usage = {
  readonly tokens_in: number;
  readonly tokens_out: number;
  readonly usd: number;
  readonly model_calls: number;
  readonly tool_calls: number;
  readonly cache_hits: number;
};

export type WholeIncident = {
  readonly id: string;
  readonly title: string;
  readonly severity: "info" | "warning" | "critical";
  readonly status: "open" | "investigating" | "resolved";
  readonly source: string;
  readonly owner: string | null;
  readonly postmortem: string | null;
  readonly opened_by: string;
  readonly opened_at: string;
  readonly resolved_at: string | null;
  readonly timeline: readonly ({
    readonly at: string;
    readonly type: string;
    readonly actor: string;
    readonly resource: string;
    readonly decision: string | null;
    readonly seq: number;
    readonly reason?: string;
  })[];
  readonly runs: readonly ({
    readonly id: string;
    readonly workflow: string;
    readonly status: string;
    readonly ended_at: string | null;
  })[];
};

export type WorkflowHealth = {
  /** the window that the figures are of, up to now */
  readonly minutes: number;
  readonly data: readonly ({
    readonly workflow: string;
    /** runs that ended in the window */
    readonly runs: number;
    /** the share of them that completed */
    readonly success_rate: number | null;
    readonly duration_ms: {
      readonly p50: number | null;
      readonly p95: number | null;
      readonly p99: number | null;
    };
    readonly tool_failure_rate: number | null;
    readonly cost_usd: {
      readonly p50: number | null;
      readonly p95: number | null;
    };
    /** runs that wait now */
    readonly waiting: number;
    /** the mean score of feedback given in the window, -1 to 1 */
    readonly feedback: number | null;
    readonly quality: number | null;
    readonly slo?: {
      readonly success: number;
      readonly p95_ms: number | null;
      /** the share of the window's allowed failures that is left */
      readonly budget_left: number;
    };
  })[];
};

export type WorkflowReach = {
  readonly workflow: string;
  readonly version: number;
  readonly systems: {
    readonly read: readonly ReachedSystem[];
    readonly written: readonly ReachedSystem[];
    readonly none: readonly ReachedSystem[];
  };
  readonly hosts: readonly ({
    readonly host: string;
    readonly own: boolean;
    /** the highest class that may go there; null: any */
    readonly accepts: "public" | "internal" | "confidential" | "restricted" | null;
    readonly tools: readonly string[];
    readonly models: readonly string[];
  })[];
  readonly data_classes: readonly ({
    readonly source: "input" | "tool";
    readonly name: string;
    readonly at: string;
    readonly class: "public" | "internal" | "confidential" | "restricted";
  })[];
  readonly models: readonly ({
    readonly asked: string;
    /** as `workflow/step` */
    readonly steps: readonly string[];
    readonly candidates: readonly ({
      readonly id: string;
      /** true: only after another one failed */
      readonly fallback: boolean;
      readonly region: string | null;
      readonly retention: "none" | number | null;
      readonly trains: boolean | null;
      readonly pii: "never" | "redacted" | "allowed";
      /** the highest class that may go there; null: any */
      readonly accepts: "public" | "internal" | "confidential" | "restricted" | null;
      /** the highest class that it is given under its `accepts` and what the org requires of models; null: nothing */
      readonly given: "public" | "internal" | "confidential" | "restricted" | null;
      /** null: the deployment's gateway, or the platform itself */
      readonly host: string | null;
    })[];
  })[];
  readonly approvals: readonly ({
    readonly step: string;
    readonly tool: string | null;
    readonly when: "always" | "maybe";
    readonly why: readonly string[];
  })[];
  readonly workflows: readonly ({
    readonly workflow: string;
    readonly version: number;
    /** as `workflow/step` */
    readonly steps: readonly string[];
  })[];
  readonly callbacks: {
    readonly hosts: readonly string[];
    /** the highest class that may go there; null: any */
    readonly accepts: "public" | "internal" | "confidential" | "restricted" | null;
  };
  readonly reviews: {
    /** the highest class that may go there; null: any */
    readonly accepts: "public" | "internal" | "confidential" | "restricted" | null;
  };
  readonly unknown: readonly ({
    readonly kind: "tool" | "workflow" | "model" | "task";
    readonly name: string;
    /** as `workflow/step` */
    readonly steps: readonly string[];
  })[];
  /** false: there is more than was followed */
  readonly complete: boolean;
  /** the version that it is compared with */
  readonly against?: number;
  readonly added?: readonly ReachChange[];
  readonly removed?: readonly ReachChange[];
  readonly changed?: readonly ReachChange[];
};

export type WorkflowVersion = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly status: "active" | "retired";
  readonly created_at: string;
  /** with every default filled in */
  readonly definition: JsonObject;
};

export type WorkflowVersionLine = {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly status: "active" | "retired";
  readonly created_at: string;
  readonly percent: number;
};
