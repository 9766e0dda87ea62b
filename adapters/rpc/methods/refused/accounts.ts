/**
 * Accounts and remote control: all refused, because this server has no account and is controlled by nobody from afar.
 */
import { accountAuth, always, exclusive, noKey } from '../../connection/keys.ts'
import { EVERY_PROFILE, SINCE_142, SINCE_169 } from '../../method.ts'
import { noAccount, noRemoteControl, notSignedIn, noVerification } from '../../wire/refusals.ts'
import { anything, text } from '../../wire/serde.ts'
import { kinds, lately, of, optional, rows, unit, type Refused } from './row.ts'

const remoteControl = always(exclusive('remote-control'))

/** The rows. */
export const OF_ACCOUNTS: ReadonlyArray<Refused> = [
  ...rows(
    { eras: SINCE_169, experimental: true, why: noAccount, key: accountAuth },
    {
      'userVerification/verify': of('UserVerificationVerifyParams', {
        challenge: text,
        title: text,
        description: text
      }),
      'userVerification/cancel': of('UserVerificationCancelParams', { requestId: anything }),
      'account/bedrock/discover': of('BedrockDiscoverParams'),
      'account/bedrock/setup': kinds('BedrockSetupParams', 'profile', 'environment'),
      'account/gcp/setup': of('GcpSetupParams', { projectId: text }),
      'accountSession/switch': of('AccountSessionsSwitchParams', {
        sessionId: text,
        accountId: text
      })
    }
  ),
  ...rows(
    { eras: SINCE_169, experimental: true, why: noVerification, key: accountAuth },
    {
      'userVerification/enroll': of('UserVerificationEnrollParams'),
      'userVerification/delete': of('UserVerificationDeleteParams')
    }
  ),
  ...rows(
    { eras: SINCE_169, why: noAccount, key: accountAuth },
    {
      'account/gatewayOAuth/read': optional('GatewayOAuthReadParams'),
      'account/gatewayOAuth/login': optional('GatewayOAuthLoginParams'),
      'account/gatewayOAuth/cancel': unit
    }
  ),
  ...rows(
    { eras: SINCE_142, experimental: true, why: noRemoteControl, key: remoteControl },
    {
      'remoteControl/enable': optional('RemoteControlEnableParams'),
      'remoteControl/disable': optional('RemoteControlDisableParams'),
      'remoteControl/pairing/start': of('RemoteControlPairingStartParams'),
      'remoteControl/pairing/status': of('RemoteControlPairingStatusParams'),
      'remoteControl/client/list': of('RemoteControlClientsListParams', { environmentId: text }),
      'remoteControl/client/revoke': of('RemoteControlClientsRevokeParams', {
        environmentId: text,
        clientId: text
      })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: noAccount, key: accountAuth },
    {
      'account/login/start': kinds(
        'LoginAccountParams',
        'apiKey',
        'chatgpt',
        'chatgptDeviceCode',
        'chatgptAuthTokens'
      ),
      'account/login/cancel': of('CancelLoginAccountParams', { loginId: text }),
      'account/logout': unit
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: notSignedIn('to notify workspace owner'), key: accountAuth },
    {
      'account/sendAddCreditsNudgeEmail': of('SendAddCreditsNudgeEmailParams', {
        creditType: anything
      })
    }
  ),
  ...rows(
    { eras: EVERY_PROFILE, why: notSignedIn('to read rate limits'), key: noKey },
    {
      'account/rateLimits/read': lately('GetAccountRateLimitsParams')
    }
  ),
  ...rows(
    { eras: SINCE_142, why: notSignedIn('for rate limit reset credits'), key: accountAuth },
    {
      'account/rateLimitResetCredit/consume': of('ConsumeAccountRateLimitResetCreditParams', {
        idempotencyKey: text
      })
    }
  ),
  ...rows(
    { eras: SINCE_142, why: notSignedIn('to read token usage'), key: accountAuth },
    {
      'account/usage/read': lately('GetAccountTokenUsageParams')
    }
  ),
  ...rows(
    { eras: SINCE_142, why: notSignedIn('to read workspace messages'), key: accountAuth },
    {
      'account/workspaceMessages/read': unit
    }
  )
]
