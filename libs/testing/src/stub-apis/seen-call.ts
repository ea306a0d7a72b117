/** What an API sees of one call. */
export interface ApiCall {
  readonly api: string;
  /** Counts the calls of the API, from 1. */
  readonly call: number;
}

/** Something that an API sees or does, as it happens; `left`: the caller is gone, or has been cut off, without an answer. */
export type ApiHappening = ApiCall &
  (
    | {
        readonly what: 'called';
        /** After the path's question mark; empty where there is none. */
        readonly query: string;
        readonly idempotencyKey: string | undefined;
        readonly orderKey: string | undefined;
        readonly orderSequence: number | undefined;
      }
    /** It has taken effect: of a batch, for each event that has. */
    | { readonly what: 'acted'; readonly idempotencyKey: string | undefined }
    | { readonly what: 'answered'; readonly status: number }
    | { readonly what: 'left' }
  );

/** Hears of everything that APIs see and do; must not throw. */
export type ApiWatch = (happening: ApiHappening) => void;

type Told<Happening> = Happening extends unknown ? Omit<Happening, keyof ApiCall> : never;

/** One call on its way to its answer, for whoever watches. */
export class SeenCall {
  readonly #call: ApiCall;
  readonly #watch: ApiWatch;

  constructor(call: ApiCall, watch: ApiWatch) {
    this.#call = call;
    this.#watch = watch;
  }

  tell(happening: Told<ApiHappening>): void {
    this.#watch({ ...this.#call, ...happening });
  }
}
