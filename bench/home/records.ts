/**
 * A rollout being written: the clock, the lines, and what every kind of line has in common.
 */
import type { Random } from './random.ts'
import type { Text } from './text.ts'

/** Any JSON object. */
export type Json = Record<string, unknown>

/** Token counts, as `token_count` carries them. */
export interface Tokens {
  input_tokens: number
  cached_input_tokens: number
  output_tokens: number
  reasoning_output_tokens: number
  total_tokens: number
}

/** What a thread is written with. */
export interface ThreadOptions {
  readonly random: Random
  readonly text: Text
  readonly id: string
  readonly startMs: number
  readonly provider: string
  readonly cwd: string
  readonly cliVersion: string
  /** Also writes `exec_command_end`, as older versions did. */
  readonly extended: boolean
  /** Shorter instructions, for threads which are small as a whole. */
  readonly small: boolean
  readonly git?: Json | undefined
  readonly forkedFromId?: string | undefined
  /** Receives every line, its line feed included. */
  readonly write: (line: string) => void
}

const noTokens = (): Tokens => ({
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0
})

/** Appends records to one rollout and keeps its time, size and totals. */
export class Records {
  readonly options: ThreadOptions
  ms: number
  bytes = 0
  lines = 0
  total: Tokens = noTokens()

  constructor(options: ThreadOptions) {
    this.options = options
    this.ms = options.startMs
  }

  /** Lets time pass. */
  tick(lowMs = 5, highMs = 900): void {
    this.ms += this.options.random.int(lowMs, highMs)
  }

  /** Seconds since the epoch. */
  seconds(): number {
    return Math.floor(this.ms / 1000)
  }

  /** A line which is already spelled out. */
  line(line: string): void {
    this.bytes += Buffer.byteLength(line)
    this.lines++
    this.options.write(line)
  }

  put(type: string, payload: Json): void {
    this.line(JSON.stringify({ timestamp: new Date(this.ms).toISOString(), type, payload }) + '\n')
  }

  event(payload: Json): void {
    this.put('event_msg', payload)
  }

  item(payload: Json): void {
    this.put('response_item', payload)
  }

  /** A `message` response item with one text or several. */
  message(role: 'developer' | 'user' | 'assistant', ...texts: ReadonlyArray<string>): void {
    const type = role === 'assistant' ? 'output_text' : 'input_text'
    this.item({ type: 'message', role, content: texts.map((text) => ({ type, text })) })
  }

  /** What a request used, and the total so far. */
  tokens(input: number, output: number): void {
    const { random } = this.options
    const last: Tokens = {
      input_tokens: input,
      cached_input_tokens: Math.floor(input * 0.8),
      output_tokens: output,
      reasoning_output_tokens: Math.floor(output * 0.4),
      total_tokens: input + output
    }
    for (const key of Object.keys(last) as Array<keyof Tokens>) this.total[key] += last[key]
    const window = (minutes: number, aheadSeconds: number): Json => ({
      used_percent: random.int(0, 99),
      window_minutes: minutes,
      resets_at: this.seconds() + aheadSeconds
    })
    this.event({
      type: 'token_count',
      info: {
        total_token_usage: { ...this.total },
        last_token_usage: last,
        model_context_window: 258400
      },
      rate_limits: {
        limit_id: 'codex',
        limit_name: null,
        primary: window(300, 9000),
        secondary: window(10080, 90000),
        credits: null,
        plan_type: 'pro',
        rate_limit_reached_type: null
      }
    })
  }
}
