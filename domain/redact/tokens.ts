/**
 * Tokens and keys of services: each has a beginning or a form that nothing else has.
 */
import { named, token, type SecretRule } from './rule.ts'

export const TOKENS: ReadonlyArray<SecretRule> = [
  token('anthropic-key', 'sk-ant-', 'sk-ant-[\\w-]{20,}', 'sk-ant-api03-{a40}', 'sk-ant-short'),
  token('openrouter-key', 'sk-or-', 'sk-or-(?:v1-)?[\\w]{20,}', 'sk-or-v1-{h64}', 'sk-or-not'),
  token(
    'openai-key',
    'sk-',
    'sk-(?:proj-|svcacct-|admin-|None-)?(?=[\\w-]{0,64}?\\d)(?=[\\w-]{0,64}?[A-Za-z0-9]{12})[\\w-]{20,}',
    'sk-proj-{a40}',
    'sk-learn-pipeline-of-many-steps'
  ),
  token('google-key', 'aiza', 'AIza[\\w-]{35}', 'AIza{a35}', 'AIza{a10}'),
  token('google-secret', 'gocspx-', 'GOCSPX-[\\w-]{28}', 'GOCSPX-{a28}', 'GOCSPX-{a8}'),
  token('google-token', 'ya29.', 'ya29\\.[\\w-]{20,}', 'ya29.{a60}', 'ya29.short'),
  token('azure-secret', '8q~', '[\\w~.-]{3}8Q~[\\w~.-]{31,34}', '{a3}8Q~{a34}', 'abc8Q~short'),
  token('aws-key-id', 'akia asia', 'A(?:KIA|SIA)[A-Z0-9]{16}', 'AKIA{u16}', 'AKIA{u6}'),
  token(
    'github-token',
    'ghp_ gho_ ghu_ ghs_ ghr_',
    'gh[pousr]_\\w{36,255}',
    'ghp_{a36}',
    'ghp_{a9}'
  ),
  token(
    'github-token',
    'github_pat_',
    'github_pat_\\w{40,255}',
    'github_pat_{a22}_{a59}',
    'github_pat_x'
  ),
  token(
    'gitlab-token',
    'glpat- gldt- glrt- glptt- glcbt- glagent- glsoat- glft- gloas-',
    'gl(?:pat|dt|rt|ptt|cbt|agent|soat|ft|oas)-[\\w-]{20,}',
    'glpat-{a20}',
    'glpat-{a5}'
  ),
  token(
    'bitbucket-token',
    'atbb atctt3',
    '(?:ATBB\\w{32}|ATCTT3[\\w=-]{50,})',
    'ATBB{a32}',
    'ATBB{a8}'
  ),
  token('atlassian-token', 'atatt3', 'ATATT3[\\w=-]{50,}', 'ATATT3{a80}', 'ATATT3{a9}'),
  token('npm-token', 'npm_', 'npm_[A-Za-z0-9]{36}', 'npm_{a36}', 'npm_config_registry'),
  token('pypi-token', 'pypi-ag', 'pypi-Ag[\\w-]{50,}', 'pypi-AgEIcHlwaS5vcmc{a70}', 'pypi-Agent'),
  token('rubygems-key', 'rubygems_', 'rubygems_[a-f0-9]{48}', 'rubygems_{h48}', 'rubygems_version'),
  token('docker-token', 'dckr_', 'dckr_(?:pat|oat)_[\\w-]{27,}', 'dckr_pat_{a27}', 'dckr_pat_x'),
  token(
    'slack-token',
    'xox',
    'xox[abeoprs]-(?=[\\w-]{0,40}?\\d)[A-Za-z0-9-]{10,}',
    'xoxb-{d12}-{d12}-{a24}',
    'xoxb-example'
  ),
  token(
    'slack-token',
    'xapp-',
    'xapp-\\d-[A-Z0-9]+-\\d+-[a-f0-9]{32,}',
    'xapp-1-{u11}-{d13}-{h64}',
    'xapp-1-A'
  ),
  token('telegram-token', ':aa', '\\d{8,10}:AA[\\w-]{33}', '{d10}:AA{a33}', '12345678:AAshort'),
  token(
    'discord-token',
    'm n o',
    '[MNO][\\w-]{23,25}\\.[\\w-]{6}\\.[\\w-]{27,38}',
    'M{a23}.{a6}.{a27}',
    'Mapping.of_all.things_here'
  ),
  token(
    'stripe-key',
    '_live_ _test_',
    '[sr]k_(?:live|test)_[A-Za-z0-9]{16,}',
    'sk_live_{a24}',
    'sk_live_x'
  ),
  token('webhook-secret', 'whsec_', 'whsec_[A-Za-z0-9+/=]{24,}', 'whsec_{a32}', 'whsec_name'),
  token('twilio-key', 'sk', 'SK[0-9a-f]{32}', 'SK{h32}', 'SK{h8}'),
  token(
    'sendgrid-key',
    'sg.',
    'SG\\.[\\w-]{16,32}\\.[\\w-]{32,64}',
    'SG.{a22}.{a43}',
    'SG.name.other'
  ),
  token('mailgun-key', 'key-', 'key-[0-9a-f]{32}', 'key-{h32}', 'key-value-pairs'),
  token('mailchimp-key', '-us', '[0-9a-f]{32}-us\\d{1,2}', '{h32}-us12', '{h8}-us12'),
  token('supabase-key', 'sbp_ sb_secret_', '(?:sbp|sb_secret)_[\\w-]{20,}', 'sbp_{h40}', 'sbp_x'),
  token(
    'vercel-token',
    'vcp_ vci_ vca_ vcr_ vck_',
    'vc[piark]_[A-Za-z0-9]{24,}',
    'vcp_{a24}',
    'vcp_name'
  ),
  token('netlify-token', 'nfp_', 'nfp_[A-Za-z0-9]{36,}', 'nfp_{a36}', 'nfp_name'),
  token(
    'cloudflare-key',
    'v1.0-',
    'v1\\.0-[0-9a-f]{24}-[0-9a-f]{140,}',
    'v1.0-{h24}-{h146}',
    'v1.0-beta'
  ),
  token(
    'digitalocean-token',
    'doo_v1_ dop_v1_ dor_v1_',
    'do[opr]_v1_[a-f0-9]{64}',
    'dop_v1_{h64}',
    'dop_v1_{h8}'
  ),
  token('heroku-key', 'hrku-', 'HRKU-[\\w-]{36,}', 'HRKU-{a60}', 'HRKU-app'),
  token('linear-key', 'lin_', 'lin_(?:api|oauth)_[A-Za-z0-9]{32,}', 'lin_api_{a40}', 'lin_api_url'),
  token(
    'notion-key',
    'ntn_ secret_',
    '(?:ntn_[A-Za-z0-9]{40,}|secret_[A-Za-z0-9]{43})',
    'ntn_{a46}',
    'secret_name'
  ),
  token('figma-token', 'figd_ figo_ figu_', 'fig[dou]_[\\w-]{40,}', 'figd_{a40}', 'figd_x'),
  token(
    'sentry-token',
    'sntrys_ sntryu_',
    'sntry[su]_[A-Za-z0-9+/=_-]{60,}',
    'sntryu_{h64}',
    'sntryu_x'
  ),
  token('huggingface-token', 'hf_', 'hf_[A-Za-z0-9]{30,}', 'hf_{a34}', 'hf_hub_download'),
  token('replicate-token', 'r8_', 'r8_[A-Za-z0-9]{37}', 'r8_{a37}', 'r8_unorm'),
  token('groq-key', 'gsk_', 'gsk_[A-Za-z0-9]{40,}', 'gsk_{a52}', 'gsk_widget_snapshot'),
  token('xai-key', 'xai-', 'xai-[A-Za-z0-9]{60,}', 'xai-{a80}', 'xai-grok-beta'),
  token('perplexity-key', 'pplx-', 'pplx-[A-Za-z0-9]{40,}', 'pplx-{a48}', 'pplx-70b-online'),
  token(
    'langsmith-key',
    'lsv2_',
    'lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10}',
    'lsv2_pt_{h32}_{h10}',
    'lsv2_pt_x'
  ),
  token(
    'shopify-token',
    'shpat_ shpca_ shppa_ shpss_',
    'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
    'shpat_{h32}',
    'shpat_x'
  ),
  token('square-token', 'sq0', 'sq0(?:atp|csp)-[\\w-]{22,}', 'sq0atp-{a22}', 'sq0atp-x'),
  token('databricks-token', 'dapi', 'dapi[a-f0-9]{32}(?:-\\d)?', 'dapi{h32}', 'dapi{h8}'),
  token(
    'grafana-token',
    'glsa_ glc_',
    '(?:glsa_\\w{32}_[a-f0-9]{8}|glc_[A-Za-z0-9+/=]{60,})',
    'glsa_{a32}_{h8}',
    'glsa_x'
  ),
  token('newrelic-key', 'nrak-', 'NRAK-[A-Z0-9]{27}', 'NRAK-{u27}', 'NRAK-{u3}'),
  token('postman-key', 'pmak-', 'PMAK-[a-f0-9]{24}-[a-f0-9]{34}', 'PMAK-{h24}-{h34}', 'PMAK-{h4}'),
  token(
    'doppler-token',
    'dp.',
    'dp\\.(?:pt|st|sa|ct|scim|audit)\\.[\\w.-]{40,}',
    'dp.pt.{a43}',
    'dp.pt.x'
  ),
  token('vault-token', 'hvs. hvb.', 'hv[sb]\\.[\\w-]{24,}', 'hvs.{a90}', 'hvs.x'),
  token(
    'terraform-token',
    '.atlasv1.',
    '[A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,}',
    '{a14}.atlasv1.{a67}',
    'x.atlasv1.y'
  ),
  token(
    'planetscale-token',
    'pscale_',
    'pscale_(?:tkn|pw|oauth)_[\\w.-]{32,}',
    'pscale_tkn_{a43}',
    'pscale_x'
  ),
  token(
    'airtable-token',
    'pat',
    'pat[A-Za-z0-9]{14}\\.[a-f0-9]{64}',
    'pat{a14}.{h64}',
    'patches.more'
  ),
  token(
    'tailscale-key',
    'tskey-',
    'tskey-[a-z]+-\\w+-\\w{20,}',
    'tskey-auth-{a12}-{a32}',
    'tskey-auth'
  ),
  token('pulumi-token', 'pul-', 'pul-[a-f0-9]{40}', 'pul-{h40}', 'pul-{h4}'),
  token(
    'age-key',
    'age-secret-key-1',
    'AGE-SECRET-KEY-1[0-9A-Z]{58}',
    'AGE-SECRET-KEY-1{u58}',
    'AGE-SECRET-KEY-1'
  ),
  token('onepassword-token', 'ops_ey', 'ops_ey[\\w-]{80,}', 'ops_eyJ{a250}', 'ops_eye'),
  token(
    'jwt',
    'eyj',
    'eyJ(?<=(?<![\\w-])[\\w-]{0,64})[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.[\\w-]{10,}',
    'eyJ{a33}.eyJ{a60}.{a43}',
    'eyJ{a10}'
  ),
  named(
    'slack-webhook',
    'hooks.slack.com',
    'hooks\\.slack\\.com/(?:services|workflows|triggers)/(?<s>[\\w/+]{20,})',
    'https://hooks.slack.com/services/T{u8}/B{u8}/{a24}',
    'https://hooks.slack.com/services/'
  ),
  named(
    'discord-webhook',
    '/api/webhooks/',
    'discord(?:app)?\\.com/api/webhooks/(?<s>\\d{17,20}/[\\w-]{60,})',
    'https://discord.com/api/webhooks/{d18}/{a68}',
    'https://discord.com/api/webhooks/id/token'
  )
]
