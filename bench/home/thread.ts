/**
 * A thread in the legacy rollout format, line for line as Codex 0.130 and 0.142 write it.
 */
import { uuid7 } from './random.ts'
import { Records, type Json, type ThreadOptions, type Tokens } from './records.ts'
import { toolRound } from './tools.ts'

/** How a turn goes. */
export interface TurnOptions {
  /** Tool calls. */
  readonly rounds: number
  /** Longest output of a tool. */
  readonly maxChars: number
  readonly userChars: number
  readonly answerChars: number
  /** Never interrupted. */
  readonly short?: boolean
  /** Compacts the context before the answer. */
  readonly compact?: boolean
}

/** What a fork carries on from. */
export interface Parent {
  readonly id: string
  readonly lines: ReadonlyArray<string>
  readonly turns: number
  readonly rolled: number
  readonly total: Tokens
}

// Sizes seen in real sessions: a session_meta line of about 21 KB, a developer message of about 5 KB.
const BASE_CHARS = 15000
const SMALL_BASE_CHARS = 2000
const SKILLS_CHARS = 4800
const SMALL_SKILLS_CHARS = 600

/** Writes one thread, turn by turn. */
export class ThreadWriter extends Records {
  turns = 0
  rolled = 0
  private calls = 0

  constructor(options: ThreadOptions) {
    super(options)
    const { text, small, git, forkedFromId } = options
    const meta: Json = {
      id: options.id,
      timestamp: new Date(this.ms).toISOString(),
      cwd: options.cwd,
      originator: 'codex_vscode',
      cli_version: options.cliVersion,
      source: 'vscode',
      model_provider: options.provider,
      base_instructions: { text: text.block('prose', small ? SMALL_BASE_CHARS : BASE_CHARS) },
      ...(forkedFromId === undefined ? {} : { forked_from_id: forkedFromId }),
      ...(git === undefined ? {} : { git })
    }
    this.tick(1, 5)
    this.put('session_meta', meta)
  }

  /** Repeats every line of the parent under the time of the fork, as Codex does. */
  inherit(parent: Parent): void {
    const time = new Date(this.ms + 30).toISOString()
    for (const line of parent.lines) {
      this.line(`{"timestamp":"${time}"${line.slice(line.indexOf('Z"') + 2)}`)
    }
    this.ms += 60
    this.turns = parent.turns
    this.rolled = parent.rolled
    this.total = { ...parent.total }
  }

  private date(): string {
    return new Date(this.ms).toISOString().slice(0, 10)
  }

  private context(turnId: string): Json {
    const model = 'gpt-5.1-codex'
    const settings = { model, reasoning_effort: null, developer_instructions: null }
    return {
      turn_id: turnId,
      cwd: this.options.cwd,
      current_date: this.date(),
      timezone: 'Etc/UTC',
      approval_policy: 'never',
      sandbox_policy: { type: 'danger-full-access' },
      permission_profile: { type: 'disabled' },
      model,
      personality: 'pragmatic',
      collaboration_mode: { mode: 'default', settings },
      realtime_active: false,
      summary: 'auto',
      truncation_policy: { mode: 'bytes', limit: 10000 }
    }
  }

  private opening(): void {
    const { text, small, cwd } = this.options
    const tagged = (tag: string, chars: number): string =>
      `<${tag}>\n${text.block('prose', chars)}\n</${tag}>`
    this.message(
      'developer',
      tagged('permissions instructions', 400),
      tagged('skills_instructions', small ? SMALL_SKILLS_CHARS : SKILLS_CHARS)
    )
    const facts = [
      `<cwd>${cwd}</cwd>`,
      '<shell>bash</shell>',
      `<current_date>${this.date()}</current_date>`,
      '<timezone>Etc/UTC</timezone>'
    ]
    const inside = facts.map((fact) => `  ${fact}\n`).join('')
    this.message('user', `<environment_context>\n${inside}</environment_context>`)
  }

  private compact(): void {
    const { text } = this.options
    this.tick()
    const message = text.block('prose', 1500)
    const content = [{ type: 'input_text', text: text.block('prose', 300) }]
    const history = [{ type: 'message', role: 'user', content }]
    this.put('compacted', { message, replacement_history: history })
    this.event({ type: 'context_compacted' })
  }

  /** Writes one turn. */
  turn(options: TurnOptions): void {
    const { random, text } = this.options
    this.tick(2000, 90000)
    const turnId = uuid7(random, this.ms)
    const startedMs = this.ms
    this.event({
      type: 'task_started',
      turn_id: turnId,
      started_at: this.seconds(),
      model_context_window: 258400,
      collaboration_mode_kind: 'default'
    })
    if (this.turns === 0) this.opening()
    this.put('turn_context', this.context(turnId))
    const asked = `#${this.turns + 1} ${text.block('prose', options.userChars)}`
    this.message('user', asked)
    const none = { images: [], local_images: [], text_elements: [] }
    this.event({ type: 'user_message', message: asked, ...none })
    for (let round = 0; round < options.rounds; round++) {
      toolRound(this, { turnId, maxChars: options.maxChars, call: this.calls++ })
    }
    if (options.compact === true) this.compact()
    const aborted = options.short !== true && random.unit() < 0.02
    this.tick(200, 9000)
    const end = (): Json => ({ completed_at: this.seconds(), duration_ms: this.ms - startedMs })
    this.turns++
    if (aborted) {
      this.event({ type: 'turn_aborted', turn_id: turnId, reason: 'interrupted', ...end() })
      return
    }
    const answer = text.block('prose', options.answerChars)
    this.event({ type: 'agent_message', message: answer, phase: null, memory_citation: null })
    this.message('assistant', answer)
    this.tokens(random.int(2000, 120000), random.int(20, 1500))
    this.event({
      type: 'task_complete',
      turn_id: turnId,
      last_agent_message: answer,
      ...end(),
      time_to_first_token_ms: random.int(100, 3000)
    })
  }

  /** Takes the last turns back. */
  rollback(turns: number): void {
    this.tick()
    this.event({ type: 'thread_rolled_back', num_turns: turns })
    this.rolled += turns
  }
}
