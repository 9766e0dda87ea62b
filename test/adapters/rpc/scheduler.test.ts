import { expect } from 'chai'
import { createGate, type Gate } from '../../../adapters/rpc/connection/gate.ts'
import { createScheduler, type QueueKey } from '../../../adapters/rpc/threads/scheduler.ts'

// Which requests run together, which wait, and what becomes of those whose client has left.

const KEY: QueueKey = { name: 'thread:a', mode: 'exclusive' }
const READ: QueueKey = { name: 'config', mode: 'shared' }
const WRITE: QueueKey = { name: 'config', mode: 'exclusive' }

/** Lets everything go on that can. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** A scheduler whose tasks are begun by it and ended by the test; `seen` is what happened, in order. */
const stage = () => {
  const schedule = createScheduler()
  const seen: Array<string> = []
  const ends = new Map<string, () => void>()
  const submit = (name: string, key: QueueKey | null, gate: Gate = createGate()): Promise<void> => {
    gate.enter()
    const run = async (): Promise<void> => {
      seen.push(`${name} begins`)
      await new Promise<void>((resolve) => ends.set(name, resolve))
      seen.push(`${name} ends`)
    }
    return schedule(key, { run, isWanted: gate.isOpen }).finally(gate.leave)
  }
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.()
    await settled()
  }
  return { submit, end, seen }
}

describe('the scheduler', () => {
  it('same_key_requests_run_fifo', async () => {
    const { submit, end, seen } = stage()
    const all = ['first', 'second', 'third'].map((name) => submit(name, KEY))
    for (const name of ['first', 'second', 'third']) await end(name)
    await Promise.all(all)
    expect(seen).to.deep.equal([
      'first begins',
      'first ends',
      'second begins',
      'second ends',
      'third begins',
      'third ends'
    ])
  })

  it('different_keys_run_concurrently', async () => {
    const { submit, end, seen } = stage()
    void submit('blocked', KEY)
    const other = submit('other', { name: 'thread:b', mode: 'exclusive' })
    const keyless = submit('keyless', null)
    await end('other')
    await end('keyless')
    await Promise.all([other, keyless])
    expect(seen).to.deep.equal([
      'blocked begins',
      'other begins',
      'keyless begins',
      'other ends',
      'keyless ends'
    ])
  })

  it('closed_gate_request_is_skipped_and_following_requests_continue', async () => {
    const { submit, end, seen } = stage()
    const left = createGate()
    const all = [submit('first', KEY), submit('left', KEY, left), submit('third', KEY)]
    left.close()
    await end('first')
    await end('third')
    await Promise.all(all)
    expect(seen).to.deep.equal(['first begins', 'first ends', 'third begins', 'third ends'])
  })

  it('shutdown_of_live_gate_skips_already_queued_requests', async () => {
    const { submit, end, seen } = stage()
    const gate = createGate()
    const all = [submit('running', KEY, gate), submit('queued', KEY, gate)]
    gate.close()
    await end('running')
    await Promise.all(all)
    expect(seen).to.deep.equal(['running begins', 'running ends'])
    expect(gate.count()).to.equal(0)
  })

  it('same_key_shared_reads_run_concurrently', async () => {
    const { submit, end, seen } = stage()
    const all = [submit('one', READ), submit('two', READ)]
    expect(seen).to.deep.equal(['one begins', 'two begins'])
    await end('two')
    await end('one')
    await Promise.all(all)
    expect(seen.slice(2)).to.deep.equal(['two ends', 'one ends'])
  })

  it('exclusive_write_waits_for_running_shared_reads', async () => {
    const { submit, end, seen } = stage()
    const all = [submit('one', READ), submit('two', READ), submit('write', WRITE)]
    await end('one')
    expect(seen).to.deep.equal(['one begins', 'two begins', 'one ends'])
    await end('two')
    expect(seen.slice(3)).to.deep.equal(['two ends', 'write begins'])
    await end('write')
    await Promise.all(all)
  })

  it('later_shared_reads_do_not_jump_ahead_of_queued_write', async () => {
    const { submit, end, seen } = stage()
    const all = [submit('early', READ), submit('write', WRITE), submit('late', READ)]
    expect(seen).to.deep.equal(['early begins'])
    await end('early')
    await end('write')
    await end('late')
    await Promise.all(all)
    expect(seen).to.deep.equal([
      'early begins',
      'early ends',
      'write begins',
      'write ends',
      'late begins',
      'late ends'
    ])
  })
})

describe('the gate of a connection', () => {
  it('run_executes_while_open', async () => {
    const { submit, end, seen } = stage()
    const done = submit('request', null)
    await end('request')
    await done
    expect(seen).to.deep.equal(['request begins', 'request ends'])
  })

  it('run_drops_future_without_polling_after_close', async () => {
    const { submit, seen } = stage()
    const gate = createGate()
    gate.close()
    await Promise.all([submit('keyless', null, gate), submit('keyed', KEY, gate)])
    expect(seen).to.deep.equal([])
  })

  it('close_returns_while_started_run_remains_active', async () => {
    const { submit, end, seen } = stage()
    const gate = createGate()
    const done = submit('request', KEY, gate)
    gate.close()
    expect([gate.isOpen(), gate.count(), seen]).to.deep.equal([false, 1, ['request begins']])
    await end('request')
    await done
  })

  it('shutdown_waits_for_started_run_to_finish', async () => {
    const { submit, end, seen } = stage()
    const gate = createGate()
    const done = submit('request', KEY, gate)
    gate.close()
    const shutDown = gate.below(1).then(() => seen.push('shut down'))
    await settled()
    expect(seen).to.deep.equal(['request begins'])
    await end('request')
    await Promise.all([done, shutDown])
    expect(seen).to.deep.equal(['request begins', 'request ends', 'shut down'])
  })

  it('shutdown_drops_late_runs_while_waiting_for_inflight_work', async () => {
    const { submit, end, seen } = stage()
    const gate = createGate()
    const running = submit('request', KEY, gate)
    gate.close()
    const shutDown = gate.below(1)
    await submit('late', { name: 'thread:b', mode: 'exclusive' }, gate)
    expect([seen, gate.count()]).to.deep.equal([['request begins'], 1])
    await end('request')
    await Promise.all([running, shutDown])
    expect(seen).to.deep.equal(['request begins', 'request ends'])
  })

  it('run_is_counted_before_handler_body_continues', async () => {
    const gate = createGate()
    const schedule = createScheduler()
    const counted: Array<number> = []
    gate.enter()
    const run = async (): Promise<void> => void counted.push(gate.count())
    await schedule(KEY, { run, isWanted: gate.isOpen }).finally(gate.leave)
    expect([counted, gate.count()]).to.deep.equal([[1], 0])
  })
})
