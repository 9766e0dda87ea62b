// What the client and gRPC throw. The goal: for each error the one thing that follows from it. The method: statuses and
// trailers as the server sends them, turned into errors by the client itself; and what it lets through as it is.
import { Metadata, status } from '@grpc/grpc-js'
import {
  convertToCommandError,
  DeadlineExceededError,
  MaxAppendSizeExceededError,
  StreamDeletedError,
  StreamNotFoundError,
  WrongExpectedVersionError
} from '@eventstore/db-client'
import { expect } from 'chai'
import { classify, type Verdict } from '../../../../adapters/log/eventstore/connection/classify.ts'

/** An error of gRPC, as it is before the client has seen it. */
const grpcError = (
  code: number,
  details: string,
  trailers: Readonly<Record<string, string>> = {}
) => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  const name = Object.entries(status).find(([, number]) => Number(number) === code)?.[0]
  return Object.assign(new Error(`${code} ${name}: ${details}`), { code, details, metadata })
}

/** The same, as the client throws it. */
const converted = (...given: Parameters<typeof grpcError>): Error =>
  convertToCommandError(grpcError(...given))

const again = (reason: string): Verdict => ({ kind: 'again', reason })
const kindOf = (cause: unknown): string => classify(cause).kind

const told = (cause: unknown): string => {
  const verdict = classify(cause)
  return verdict.kind === 'refused' ? `${verdict.reason} | ${verdict.next}` : verdict.kind
}

describe('what the client of a store throws', () => {
  const REPEATED: ReadonlyArray<readonly [number, string]> = [
    [status.UNAVAILABLE, 'Server Is Not Ready'],
    [status.CANCELLED, 'The call was cancelled by the server.'],
    [status.ABORTED, 'Operation timed out: Commit phase timeout.'],
    [status.INTERNAL, 'Received RST_STREAM with code 2'],
    [status.UNKNOWN, 'Unexpected OperationResult'],
    [status.RESOURCE_EXHAUSTED, 'too many requests']
  ]
  for (const [code, details] of REPEATED) {
    it(`is repeated after "${details}", converted or not`, () => {
      expect(classify(converted(code, details))).to.deep.equal(again(details))
      expect(classify(grpcError(code, details))).to.deep.equal(again(details))
    })
  }

  it('is repeated elsewhere when nobody answered in time', () => {
    const mute = { kind: 'again', reason: 'Deadline exceeded after 10s', isMute: true }
    const given = [status.DEADLINE_EXCEEDED, 'Deadline exceeded after 10s'] as const
    expect(classify(converted(...given))).to.deep.equal(mute)
    expect(classify(grpcError(...given))).to.deep.equal(mute)
    expect(classify(new DeadlineExceededError())).to.deep.equal({
      kind: 'again',
      reason: 'deadline-exceeded',
      isMute: true
    })
  })

  it('is repeated when the node is not the leader, when none was found, and when the connection broke', () => {
    const trailers = {
      exception: 'not-leader',
      'leader-endpoint-host': 'h',
      'leader-endpoint-port': '1'
    }
    expect(classify(converted(status.NOT_FOUND, 'Leader info available', trailers))).to.deep.equal(
      again('the node is not the leader of its cluster')
    )
    expect(classify(new Error('Failed to discover after 10 attempts.'))).to.deep.equal(
      again('no node of the cluster answered')
    )
    expect(classify(new Error('Channel has been shut down'))).to.deep.equal(
      again('the connection was closed')
    )
    const broken = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
    expect(classify(broken)).to.deep.equal(again('read ECONNRESET'))
    const write = converted(status.UNIMPLEMENTED, 'write after end')
    expect(classify(write)).to.deep.equal(again('write after end'))
  })

  it('may be an answer: another revision, with and without a stream', () => {
    const trailers = {
      exception: 'wrong-expected-version',
      'stream-name': 's',
      'expected-version': '3',
      'actual-version': '7'
    }
    const wrong = (actual: number): Verdict => ({ kind: 'wrong_revision', actual })
    expect(classify(converted(status.FAILED_PRECONDITION, '', trailers))).to.deep.equal(wrong(7))
    const without = { ...trailers, 'actual-version': '-1' }
    expect(classify(converted(status.FAILED_PRECONDITION, '', without))).to.deep.equal(wrong(-1))
    const answered = (current: bigint | 'no_stream'): Error =>
      new WrongExpectedVersionError(null as never, { streamName: 's', expected: 3n, current })
    expect(classify(answered(7n))).to.deep.equal(wrong(7))
    expect(classify(answered('no_stream'))).to.deep.equal(wrong(-1))
  })

  it('may be an answer: too large, with the limit when it is told', () => {
    const trailers = { exception: 'maximum-append-size-exceeded', 'maximum-append-size': '1000' }
    const large = (bytesMax: number | null): Verdict => ({ kind: 'too_large', bytesMax })
    expect(classify(converted(status.INVALID_ARGUMENT, '', trailers))).to.deep.equal(large(1000))
    expect(classify(new MaxAppendSizeExceededError(null as never, 2000))).to.deep.equal(large(2000))
    const event = {
      exception: 'maximum-append-event-size-exceeded',
      'maximum-append-event-size': '3000'
    }
    expect(classify(converted(status.INVALID_ARGUMENT, '', event))).to.deep.equal(large(3000))
    const grpc = converted(
      status.RESOURCE_EXHAUSTED,
      'Received message larger than max (20000000 vs 17825792)'
    )
    expect(classify(grpc)).to.deep.equal(large(null))
    const text = 'Received message exceeds the maximum configured message size.'
    expect(classify(converted(status.RESOURCE_EXHAUSTED, text))).to.deep.equal(large(null))
  })

  it('may be an answer: no such stream, or one that was deleted for good', () => {
    expect(classify(new StreamNotFoundError(null as never, 's'))).to.deep.equal({
      kind: 'not_found'
    })
    const trailers = { exception: 'stream-deleted', 'stream-name': 's' }
    const gone = converted(status.FAILED_PRECONDITION, "Event stream 's' is deleted.", trailers)
    expect(classify(gone)).to.deep.equal({ kind: 'tombstoned' })
    expect(classify(StreamDeletedError.fromStreamName('s'))).to.deep.equal({ kind: 'tombstoned' })
  })

  it('is refused without the right to do it', () => {
    const rights = /^Access Denied \| check user and password/
    const denied = { exception: 'access-denied' }
    expect(told(converted(status.PERMISSION_DENIED, 'Access Denied', denied))).to.match(rights)
    expect(told(grpcError(status.PERMISSION_DENIED, 'Access Denied'))).to.match(rights)
    expect(told(converted(status.UNAUTHENTICATED, 'Access Denied'))).to.match(rights)
  })

  it('is refused with a wrong password', () => {
    expect(told(converted(status.UNAUTHENTICATED, 'Unauthenticated'))).to.match(
      /^wrong user or password \| check user and password/
    )
  })

  it('is repeated a few times only when the server failed at what was asked', () => {
    const text = 'Exception was thrown by handler.'
    expect(classify(converted(status.UNKNOWN, text))).to.deep.equal({
      kind: 'again',
      reason: text,
      isDoubtful: true
    })
  })

  it('is repeated where the client only has the words of a node that elects', () => {
    const text = 'Could not recognize Server Is Not Ready'
    expect(classify(Object.assign(new Error(text), { type: 'unknown' }))).to.deep.equal(again(text))
    const nobody = 'No leader info available in response'
    expect(classify(converted(status.UNKNOWN, nobody))).to.deep.equal(again(nobody))
  })

  it('is refused when another product or too old a version answers', () => {
    const unknown = converted(status.UNIMPLEMENTED, 'Received HTTP status code 404')
    expect(told(unknown)).to.equal(
      'it does not know the call: Received HTTP status code 404 | ' +
        'check that an EventStoreDB 23.10 or newer, or a KurrentDB, is at this address'
    )
  })

  it('is refused when the connection cannot be secure', () => {
    const failed = (reason: string): string =>
      `No connection established. Last error: Error: ${reason}. Resolution note: `
    for (const reason of [
      'self-signed certificate',
      'unable to verify the first certificate',
      "Hostname/IP does not match certificate's altnames",
      '80A8:error:0A00010B:SSL routines:ssl3_get_record:wrong version number'
    ]) {
      expect(told(converted(status.UNAVAILABLE, failed(reason)))).to.match(/tlsCaFile=PATH/)
    }
  })

  it('leaves out the note that the client has not', () => {
    const said = 'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:9'
    expect(classify(converted(status.UNAVAILABLE, `${said}. Resolution note: `))).to.deep.equal({
      kind: 'again',
      reason: said
    })
  })

  it('is refused when it is anything else, with what was said on one short line', () => {
    for (const code of [
      status.INVALID_ARGUMENT,
      status.NOT_FOUND,
      status.FAILED_PRECONDITION,
      status.OUT_OF_RANGE,
      status.ALREADY_EXISTS,
      status.DATA_LOSS
    ]) {
      expect(told(converted(code, 'why')), status[code]).to.equal('why | see the log of the server')
    }
    const strange = 'it gave an answer that cannot be understood: '
    expect(told('Impossible situation')).to.equal(
      `${strange}Impossible situation | see the log of the server`
    )
    expect(told(new TypeError('x'.repeat(1000) + '\u001b[2J'))).to.equal(
      `${strange}${'x'.repeat(300)} | see the log of the server`
    )
    expect(told(new Error('a\n\u001b[31mb'))).to.match(/understood: a \[31mb/)
    expect(kindOf(null)).to.equal('refused')
  })
})
