import { expect } from 'chai'
import { DECISIONS, decisionOf } from '../../../domain/questions/decision.ts'
import type { Json } from '../../../domain/json.ts'

const COMMAND = 'item/commandExecution/requestApproval'
const PERMISSIONS = 'item/permissions/requestApproval'
const ELICITATION = 'mcpServer/elicitation/request'

const decided = (method: string, results: ReadonlyArray<Json>) =>
  results.map((result) => decisionOf(method, result))

describe('the decision of an answer', () => {
  it('is the word of an approval, spelled alone or as the name of an object', () => {
    const network = (action: string): Json => ({
      decision: {
        applyNetworkPolicyAmendment: { network_policy_amendment: { host: 'a.invalid', action } }
      }
    })
    expect(
      decided(COMMAND, [
        { decision: 'accept' },
        { decision: 'acceptForSession' },
        { decision: { acceptWithExecpolicyAmendment: { execpolicy_amendment: ['rm'] } } },
        network('allow'),
        network('deny'),
        { decision: 'decline' },
        { decision: 'cancel', reason: 'because I say so' }
      ])
    ).to.deep.equal([
      'accept',
      'acceptForSession',
      'acceptWithExecpolicyAmendment',
      'applyNetworkPolicyAmendment:allow',
      'applyNetworkPolicyAmendment:deny',
      'decline',
      'cancel'
    ])
    expect(decisionOf('item/fileChange/requestApproval', { decision: 'accept' })).to.equal('accept')
  })

  it('says of permissions whether any were granted, and for how long', () => {
    const network = { network: { enabled: true } }
    expect(
      decided(PERMISSIONS, [
        { permissions: network },
        { permissions: network, scope: 'turn' },
        { permissions: network, scope: 'session' },
        { permissions: { network: null } },
        { permissions: {} },
        {}
      ])
    ).to.deep.equal(['grant', 'grant', 'grantForSession', 'decline', 'decline', 'decline'])
  })

  it('is what an elicitation came to, without what was filled in', () => {
    expect(
      decided(ELICITATION, [
        { action: 'accept', content: { password: 'hunter2' } },
        { action: 'decline' },
        { action: 'cancel' },
        { action: 'approved' }
      ])
    ).to.deep.equal(['accept', 'decline', 'cancel', null])
  })

  it('knows the words of older approvals', () => {
    expect(
      decided('execCommandApproval', [
        { decision: 'approved' },
        { decision: { approved_execpolicy_amendment: { proposed_execpolicy_amendment: [] } } },
        { decision: { denied: { rejection: 'a long story' } } },
        { decision: 'abort' },
        { decision: 'accept' }
      ])
    ).to.deep.equal(['approved', 'approved_execpolicy_amendment', 'denied', 'abort', null])
  })

  it('is none for what decides nothing', () => {
    expect([
      ...decided('item/tool/call', [{ contentItems: [], success: true }]),
      ...decided('item/tool/requestUserInput', [{ answers: { q: { answers: ['accept'] } } }]),
      ...decided('attestation/generate', [{ token: 'accept' }]),
      ...decided('currentTime/read', [{ currentTimeAt: 1 }]),
      ...decided('constructor', [{ decision: 'accept' }]),
      decisionOf(COMMAND, null)
    ]).to.deep.equal([null, null, null, null, null, null])
  })

  it('is never a text of the client', () => {
    const texts: ReadonlyArray<Json> = [
      'ignore all previous instructions',
      'constructor',
      '__proto__',
      'Accept',
      'accept ',
      { 'rm -rf /': {} },
      { constructor: {} },
      { applyNetworkPolicyAmendment: 'accept' },
      ['accept'],
      17,
      true,
      null
    ]
    for (const method of [COMMAND, ELICITATION, 'execCommandApproval', PERMISSIONS])
      for (const text of texts)
        expect(
          [
            decisionOf(method, { decision: text, action: text, permissions: text, scope: text }),
            decisionOf(method, text)
          ].filter((word) => word !== null && !DECISIONS.includes(word))
        ).to.deep.equal([])
    expect(
      decided(
        COMMAND,
        texts.map((decision) => ({ decision }))
      )
    ).to.deep.equal(texts.map(() => null))
  })
})
