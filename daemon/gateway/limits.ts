// Budgets of one connection: messages a second and audited refusals a minute. Pure arithmetic over monotonic time.

/** A token bucket: `rate` a second on average, bursts of `capacity`. */
export class TokenBucket {
  readonly #ratePerMs: number
  readonly #capacity: number
  #tokens: number
  #atMs: number

  constructor(ratePerSecond: number, capacity: number, nowMs: number) {
    this.#ratePerMs = ratePerSecond / 1000
    this.#capacity = capacity
    this.#tokens = capacity
    this.#atMs = nowMs
  }

  /** @returns false when the budget is used up */
  take(nowMs: number): boolean {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#atMs) * this.#ratePerMs)
    this.#atMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
