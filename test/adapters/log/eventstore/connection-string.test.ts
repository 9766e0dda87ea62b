// Connection strings. The goal: every setting is understood or refused with its name, and nothing of a password is ever
// quoted. The method: strings as the documentation of the server writes them, and broken ones with a password in every place.
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { hint } from '../../../../adapters/hint.ts'
import { describe as inWords } from '../../../../domain/errors.ts'
import {
  parseConnectionString,
  secretsOf
} from '../../../../adapters/log/eventstore/connection/connection-string.ts'

const DEFAULTS = {
  tls: true,
  tlsVerifyCert: true,
  nodePreference: 'leader',
  defaultDeadlineMs: 10_000
}

const understood = (written: string): unknown => {
  const parsed = parseConnectionString(written)
  if (E.isLeft(parsed)) throw new Error(inWords(parsed.left))
  return parsed.right
}

const refusal = (written: string): string => {
  const parsed = parseConnectionString(written)
  if (E.isRight(parsed)) throw new Error(`${written} was understood`)
  expect(parsed.left._tag).to.equal('InvalidRequest')
  return `${inWords(parsed.left)} ${hint(parsed.left)}`
}

describe('a connection string', () => {
  it('is one server, by default on port 2113 and with TLS', () => {
    expect(understood('esdb://localhost')).to.deep.equal({
      name: 'esdb://localhost:2113',
      isDiscovered: false,
      hosts: [{ address: 'localhost', port: 2113 }],
      ...DEFAULTS
    })
  })

  it('is a cluster, as several servers or as one name', () => {
    expect(understood(' esdb://Node1.example:2111,node2.example/ ')).to.deep.equal({
      name: 'esdb://node1.example:2111,node2.example:2113',
      isDiscovered: false,
      hosts: [
        { address: 'node1.example', port: 2111 },
        { address: 'node2.example', port: 2113 }
      ],
      ...DEFAULTS
    })
    expect(understood('esdb+discover://cluster.example:2113')).to.deep.include({
      name: 'esdb+discover://cluster.example:2113',
      isDiscovered: true
    })
  })

  it('names a KurrentDB as well, which speaks the same', () => {
    for (const [written, same] of [
      ['kurrentdb://localhost?tls=false', 'esdb://localhost?tls=false'],
      ['KurrentDB+discover://c.example', 'esdb+discover://c.example']
    ] as const) {
      expect(understood(written)).to.deep.equal(understood(same))
    }
  })

  it('takes addresses in numbers', () => {
    expect(understood('esdb://127.0.0.1:1,[::1]:2')).to.deep.include({
      hosts: [
        { address: '127.0.0.1', port: 1 },
        { address: '[::1]', port: 2 }
      ]
    })
  })

  it('has every setting, in any spelling of its name', () => {
    expect(
      understood(
        'esdb://h?TLS=true&tls_verify_cert=false&tlsCAFile=%2Fca%20s.pem&userCertFile=c&userKeyFile=k' +
          '&connectionName=me&node-preference=readOnlyReplica&maxDiscoverAttempts=3&discoveryInterval=0' +
          '&gossipTimeout=4&keepAliveInterval=10000&keepAliveTimeout=-1&defaultDeadline=500' +
          '&throwOnAppendFailure=true'
      )
    ).to.deep.equal({
      name: 'esdb://h:2113',
      isDiscovered: false,
      hosts: [{ address: 'h', port: 2113 }],
      tls: true,
      tlsVerifyCert: false,
      tlsCaFile: '/ca s.pem',
      userCertFile: 'c',
      userKeyFile: 'k',
      connectionName: 'me',
      nodePreference: 'read_only_replica',
      maxDiscoverAttempts: 3,
      discoveryIntervalMs: 0,
      gossipTimeoutSeconds: 4,
      keepAliveIntervalMs: 10_000,
      keepAliveTimeoutMs: -1,
      defaultDeadlineMs: 500
    })
  })

  it('has user and password, decoded, and no sign of them in its name', () => {
    expect(understood('esdb://us%40er:p%3A%2F%25a:b@h:1')).to.deep.equal({
      name: 'esdb://h:1',
      isDiscovered: false,
      hosts: [{ address: 'h', port: 1 }],
      credentials: { username: 'us@er', password: 'p:/%a:b' },
      ...DEFAULTS
    })
  })

  it('may have both without TLS, where the server asks nobody', () => {
    expect(understood('esdb://admin:changeit@localhost:2113?tls=false')).to.deep.include({
      credentials: { username: 'admin', password: 'changeit' },
      tls: false
    })
  })

  it('is refused with the name of what is wrong', () => {
    const wrong: ReadonlyArray<readonly [string, RegExp]> = [
      ['', /begins with esdb:\/\//],
      ['localhost:2113', /begins with esdb:\/\//],
      ['http://localhost', /begins with esdb:\/\//],
      ['esdb://', /come hosts/],
      ['esdb://a,,b', /come hosts/],
      ['esdb://host:0', /come hosts/],
      ['esdb://host:65536', /come hosts/],
      ['esdb://host:port', /come hosts/],
      ['esdb://user@host', /user:password/],
      ['esdb://:pass@host', /user:password/],
      ['esdb://user:@host', /user:password/],
      ['esdb://host/path', /behind the hosts/],
      ['esdb://host#x', /behind the hosts/],
      ['esdb://host?tls', /tls has no value/],
      ['esdb://host?tls=', /tls has no value/],
      ['esdb://host?tls=yes', /tls must be true or false/],
      ['esdb://host?tlsCaFile=%zz', /tlsCaFile has no value/],
      ['esdb://host?nodePreference=any', /nodePreference must be leader/],
      ['esdb://host?defaultDeadline=0', /defaultDeadline must be a whole number/],
      ['esdb://host?defaultDeadline=1e3', /defaultDeadline must be a whole number/],
      ['esdb://host?keepAliveInterval=500', /keepAliveInterval must be .* 10000 .*or -1/],
      ['esdb://host?keepAliveTimeout=0', /keepAliveTimeout must be .* 1 .*or -1/],
      ['esdb://host?throwOnAppendFailure=false', /throwOnAppendFailure must be true/],
      ['esdb://host?userCertFile=x', /come together/],
      ['esdb://host?colour=red', /"colour" is no parameter of it; there are tls, .*userKeyFile/]
    ]
    for (const [written, message] of wrong) expect(refusal(written), written).to.match(message)
  })

  it('never quotes a password, however it is broken', () => {
    const password = 'Hush1'
    const broken = [
      `esdb:/user:${password}@host`,
      `user:${password}@host`,
      `${password}://user@host`,
      `esdb://user:${password}%@host`,
      `esdb://user:${password}/x@host`,
      `esdb://user:x/${password}@host`,
      `esdb://user:x?${password}@host`,
      `esdb://user:x?${password}=1@host`,
      `esdb://user:x#${password}@host`,
      `esdb://user:${password}@`,
      `esdb://user:${password}@host:port`,
      `esdb://user:${password}@a b`,
      `esdb://user:${password}`,
      `esdb://${password}@host`,
      `esdb://user:${password}@host?tls=maybe`,
      `esdb://user:${password}@host?colour=red`,
      `esdb://user:${password}@host?tlsCaFile=%`
    ]
    for (const written of broken) expect(refusal(written), written).not.to.include(password)
  })

  it('tells what must not be told, in every form in which it travels', () => {
    const secrets = (written: string): ReadonlyArray<string> | false => {
      const parsed = parseConnectionString(written)
      return E.isRight(parsed) && secretsOf(parsed.right)
    }
    expect(secrets('esdb://admin:pass%20word@h')).to.deep.equal([
      'YWRtaW46cGFzcyB3b3Jk',
      'admin:pass word',
      'pass%20word',
      'pass word'
    ])
    expect(secrets('esdb://admin:e@h')).to.deep.equal(['YWRtaW46ZQ==', 'admin:e'])
    expect(secrets('esdb://h')).to.deep.equal([])
  })
})
