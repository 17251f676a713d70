/** The answers of the administration, as docs/administration.md tells them. */

export interface Feed {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly last_msg_age_ms: number | null;
  readonly reconnects: number;
  readonly markets: number;
  readonly can: readonly FeedAction[];
  readonly counts: Readonly<Record<string, number>>;
}
export type FeedAction = 'start' | 'stop' | 'restart';
export interface Feeds {
  readonly feeds: readonly Feed[];
  readonly venues: readonly string[];
}

export interface Followed {
  readonly market: string;
  readonly symbol: string;
  readonly feed: string;
  readonly origin: 'settings' | 'added';
  readonly added: number | null;
}
export interface FollowedPage {
  readonly total: number;
  readonly markets: readonly Followed[];
}
export interface Outcome {
  readonly market: string;
  readonly outcome: string;
  readonly reason: string;
}

export interface Task {
  readonly id: string;
  readonly kind: string;
  readonly about: string;
  readonly state: 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';
  readonly is_cancelling: boolean;
  readonly done: number;
  readonly total: number | null;
  readonly unit: string;
  readonly lines: readonly string[];
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly error: string;
  readonly hint: string;
  readonly created: number;
  readonly ended: number | null;
}

export interface Job {
  readonly name: string;
  readonly state: string;
  readonly reason: string;
  readonly last_run: number | null;
  readonly duration_s: number | null;
  readonly rows: number;
  readonly lag_s: number;
  readonly marks: number;
}

export interface Coverage {
  readonly start: number;
  readonly end: number;
  readonly intervals: readonly Stretch[];
  readonly open_since: number | null;
}
export interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly state: 'covered' | 'open' | 'filling' | 'lost';
  readonly reason: string;
}

export interface Table {
  readonly name: string;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly retention_s: number | null;
  readonly setting: string | null;
}
export interface Storage {
  readonly tables: readonly Table[];
  readonly bytes: number | null;
  readonly free_bytes: number | null;
  readonly total_bytes: number | null;
}

export interface Key {
  readonly id: string;
  readonly name: string;
  readonly scope: string;
  readonly created: number;
  readonly expires: number | null;
  readonly last_used: number | null;
  readonly revoked: number | null;
}

export interface Stats {
  readonly version: string;
  readonly uptime_s: number;
  readonly cpu_s?: number;
  readonly cores?: number;
  readonly rss_bytes: number;
  readonly queue_rows: number;
  readonly clients: number;
  readonly messages: number;
  readonly commits: { readonly count: number; readonly p50_ms: number; readonly p99_ms: number };
  readonly rollup_lag_s: Readonly<Record<string, number>>;
  readonly live: { readonly hits: number; readonly misses: number; readonly bytes: number };
  readonly routes: Readonly<
    Record<string, { readonly count: number; readonly p50_ms: number; readonly p99_ms: number }>
  >;
}
