/**
 * Secrets that nothing but the name in front of them, or what stands around them, gives away.
 */
import { named, type SecretRule } from './rule.ts'

/** Between a name and its value: `: `, `=`, `" => "`, `\": \"`. */
const IS = '\\\\{0,3}["\'`]?[ \\t]{0,8}(?::=|=>|[:=])[ \\t]{0,8}'
const QUOTE = '\\\\{0,3}["\'`]'
/** What a name of a secret ends with. */
const NAME =
  '(?:passw(?:or)?d|passphrase|pwd|secret|token|(?:api|access|private|auth|encryption|signing|secret|master|account)[_-]?key|credential)'

const NAME_WORDS =
  'password passwd passphrase pwd secret token apikey api_key api-key accesskey access_key access-key private_key privatekey private-key auth_key authkey auth-key encryption_key encryptionkey encryption-key signing_key signingkey signing-key secret_key secretkey secret-key master_key masterkey master-key account_key accountkey account-key credential'

/** A name of a member whose value is a secret: `dbPassword`. */
export const SECRET_NAME = new RegExp(`${NAME}$`, 'i')

export const NAMED: ReadonlyArray<SecretRule> = [
  {
    word: 'private-key',
    needs: ['private key'],
    pattern:
      /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:(?!-----)[A-Za-z0-9+/=\s\\,:.()-]){20,20000}(?:-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----)?/dg,
    yes: '-----BEGIN RSA PRIVATE KEY-----\n{a64}\n{a64}\n-----END RSA PRIVATE KEY-----',
    no: '-----BEGIN PUBLIC KEY-----\n{a64}\n-----END PUBLIC KEY-----'
  },
  named(
    'authorization',
    'authorization',
    `authorization${IS}${QUOTE}?(?:(?:bearer|basic|token|digest|apikey|key)[ \\t]{1,4})?(?<s>[^\\s"'\`\\\\,;<>{}()\\[\\]]{8,4000})`,
    'Authorization: Basic {a24}==',
    'authorization: required',
    'mixed'
  ),
  named(
    'bearer-token',
    'bearer',
    '\\bbearer[ \\t]{1,4}(?<s>[\\w.~+/-]{16,4000}=*)',
    'Bearer {a40}',
    'bearer authentication of clients',
    'mixed'
  ),
  named(
    'cookie',
    'cookie',
    `\\b(?:set-)?cookie\\\\?["']?[ \\t]{0,4}:[ \\t]{0,4}\\\\?["']?(?<s>[\\w.-]{1,100}=[^\\s"';\\\\]{8,4000}(?:;[ \\t]?[^\\s"'\\\\;]{1,4000}){0,40})`,
    'Set-Cookie: session={a32}; Path=/',
    'cookie: a small cake',
    'mixed'
  ),
  named(
    'api-key-header',
    'x-api x-auth x-access x-amz-security',
    `x-(?:api|auth|access|amz-security)-(?:key|token)${IS}${QUOTE}?(?<s>[^\\s"'\`\\\\,;<>{}()\\[\\]]{8,4000})`,
    'X-Api-Key: {a32}',
    'x-api-key: required',
    'mixed'
  ),
  named(
    'url-password',
    '://',
    '\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/?#:@"\'`<>\\\\]{0,200}:(?<s>[^\\s/?#@"\'`<>\\\\]{1,400})@[^\\s]',
    'postgres://app:{a12}@db.example.com/main',
    'https://example.com:8080/path@2',
    'value'
  ),
  named(
    'connection-string',
    'accountkey= sharedaccesskey= password= pwd=',
    '(?:account|sharedaccess)key=(?<s>[A-Za-z0-9+/]{40,100}={0,2})',
    'AccountName=x;AccountKey={a86}==;EndpointSuffix=core',
    'AccountKey=none'
  ),
  named(
    'azure-signature',
    'sig=',
    '[?&](?:amp;)?sig=(?<s>[A-Za-z0-9%+/]{30,200}=?)',
    'https://x.blob.core.example/a?sv=2024&sig={a43}%3D',
    'https://x.example/a?sig=short'
  ),
  named(
    'aws-secret-key',
    'aws',
    `aws_?(?:secret_?(?:access_?)?key|session_?token)${IS}${QUOTE}?(?<s>[A-Za-z0-9/+=]{40,4000})`,
    'aws_secret_access_key = {a40}',
    'aws_secret_access_key = example'
  ),
  named(
    'datadog-key',
    'dd datadog',
    `(?:dd|datadog)[_-]?(?:api|app|application)[_-]?key${IS}${QUOTE}?(?<s>[0-9a-f]{32,40})\\b`,
    'DD_API_KEY={h32}',
    'DD_API_KEY=none'
  ),
  named(
    'kubeconfig-key',
    'client-key-data',
    'client-key-data:[ \\t]{0,4}(?<s>[A-Za-z0-9+/=]{40,20000})',
    'client-key-data: {a200}',
    'client-key-data: none'
  ),
  named(
    'wireguard-key',
    'privatekey presharedkey',
    '(?:private|preshared)key[ \\t]{0,8}=[ \\t]{0,8}(?<s>[A-Za-z0-9+/]{43}=)',
    'PrivateKey = {a43}=',
    'PrivateKey = none'
  ),
  named(
    'docker-auth',
    'auth',
    `${QUOTE}auth${QUOTE}[ \\t]{0,4}:[ \\t]{0,4}${QUOTE}(?<s>[A-Za-z0-9+/]{16,4000}={0,2})`,
    '{"auths":{"registry.example":{"auth":"{a40}"}}}',
    '{"auth":"basic"}',
    'mixed'
  ),
  named(
    'netrc-password',
    'machine',
    '\\bmachine\\s{1,8}\\S{1,200}\\s{1,8}login\\s{1,8}\\S{1,200}\\s{1,8}password\\s{1,8}(?<s>\\S{1,400})',
    'machine api.example.com login me password {a12}',
    'machine learning login page password prompt',
    'value'
  ),
  named(
    'command-password',
    '--pass --token --api --secret --auth --access',
    `--(?:password|passwd|pass|passphrase|token|api-key|apikey|secret|auth-token|access-token|access-key)(?:=|[ \\t]{1,4})${QUOTE}?(?<s>[^\\s"'\`\\\\]{4,4000})`,
    'login --password {a12}',
    'login --password "$PASSWORD"',
    'value'
  ),
  named(
    'command-password',
    'mysql mariadb',
    '\\b(?:mysql|mysqldump|mysqladmin|mariadb)\\b[^\\n|;&]{0,200}?[ \\t]-p(?<s>[^\\s"\'\\\\-][^\\s"\'\\\\]{2,200})',
    'mysql -u root -p{a12} main',
    'mysql -u root -p main',
    'value'
  ),
  named(
    'command-password',
    'sshpass',
    `\\bsshpass[ \\t]{1,4}-p[ \\t]{0,4}${QUOTE}?(?<s>[^\\s"'\\\\]{2,200})`,
    'sshpass -p {a12} ssh host',
    'sshpass -f file ssh host',
    'value'
  ),
  named(
    'command-password',
    'curl',
    `\\bcurl\\b[^\\n]{0,300}?[ \\t](?:-u|--user)[ \\t]{1,4}${QUOTE}?[^\\s:"'\\\\]{1,100}:(?<s>[^\\s"'\\\\]{3,400})`,
    'curl -s -u me:{a12} https://api.example.com',
    'curl -u "$USER:$PASS" https://api.example.com',
    'value'
  ),
  {
    word: 'environment-secret',
    needs: [
      '_key',
      '_token',
      '_secret',
      '_password',
      '_passwd',
      '_pwd',
      '_pass',
      '_credential',
      'password',
      'secret'
    ],
    pattern:
      /(?:_KEY|_TOKEN|_SECRET|_PASS|PASSWORD|_PASSWD|_PWD|_CREDENTIALS?|SECRET)=\\?["'`]?(?<s>[^\s"'`\\;&|<>(){}]{6,4000})/dg,
    judge: 'value',
    yes: 'export DB_PASSWORD={a12}',
    no: 'export DB_PASSWORD=$OTHER'
  },
  named(
    'secret',
    NAME_WORDS,
    `${NAME}${IS}${QUOTE}(?<s>[^\\s"'\`\\\\]{6,4000})\\\\?["'\`]`,
    "const dbPassword = '{a12}'",
    "const passwordField = 'password'",
    'value'
  ),
  named(
    'secret',
    NAME_WORDS,
    `${NAME}${IS}(?<s>[^\\s"'\`\\\\,;<>(){}\\[\\]]{8,4000})`,
    'db_password: {a12}',
    'password: string',
    'mixed'
  )
]
