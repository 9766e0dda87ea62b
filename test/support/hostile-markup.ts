// Markdown that wants to run, load, post or hide something.

const URLS = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  '&#106;avascript:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  'vbscript:alert(1)',
  'blob:http://127.0.0.1/x',
  'file:///etc/passwd',
  '//evil.example/x',
  'https://evil.example/x'
]

const MARKUP = [
  '<script>alert(1)</script>',
  '<script src="https://evil.example/x.js"></script>',
  '<img src=x onerror=alert(1)>',
  '<img src="https://evil.example/track.png">',
  '<svg onload=alert(1)><circle/></svg>',
  '<svg><script>alert(1)</script></svg>',
  '<svg><animate onbegin=alert(1) attributeName=x dur=1s>',
  '<svg><use href="data:image/svg+xml,<svg id=x onload=alert(1)>#x">',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<math><mi//xlink:href="data:x,<script>alert(1)</script>">',
  '<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  '<iframe src="https://evil.example"></iframe>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<object data="https://evil.example/x"></object>',
  '<embed src="https://evil.example/x">',
  '<link rel=stylesheet href="https://evil.example/x.css">',
  '<style>@import "https://evil.example/x.css"; body{display:none}</style>',
  '<style>*{background:url(https://evil.example/x)}</style>',
  '<div style="background:url(https://evil.example/x);position:fixed;inset:0">cover</div>',
  '<meta http-equiv=refresh content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '<form action="https://evil.example"><button autofocus onfocus=alert(1)>x</button></form>',
  '<input autofocus onfocus=alert(1)>',
  '<details open ontoggle=alert(1)>x</details>',
  '<video src="https://evil.example/x" onerror=alert(1)>',
  '<audio autoplay src="https://evil.example/x">',
  '<body onload=alert(1)>',
  '<a href="https://evil.example" ping="https://evil.example/ping">x</a>',
  '<template><script>alert(1)</script></template>',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<xmp><p title="</xmp><img src=x onerror=alert(1)>">',
  '<textarea><img title="</textarea><img src onerror=alert(1)>"></textarea>',
  '<a id=trustedTypes>x</a><a name=cookie>y</a>',
  '<p id="app">clobber</p>',
  '<img name=body><img name=getElementById>',
  '<dialog open>over everything</dialog>',
  '<marquee onstart=alert(1)>x</marquee>',
  '<isindex type=image src=1 onerror=alert(1)>',
  '<img src="x` `<script>alert(1)</script>"` `>',
  '<!--[if IE]><script>alert(1)</script><![endif]-->',
  '<![CDATA[<script>alert(1)</script>]]>',
  '<?xml-stylesheet href="https://evil.example/x.xsl"?>'
]

const TEXTS = [
  'left \u202egnp.exe\u202c right',
  'zero\u0000byte \u2066isolate\u2069 \u200b\u200e',
  `${'x'.repeat(2_000_000)}`,
  `|${' a |'.repeat(50)}\n|${'---|'.repeat(50)}\n${`|${' b |'.repeat(50)}\n`.repeat(2000)}`,
  `${'> '.repeat(500)}deep`,
  `${'- '.repeat(300)}deep`,
  `${'**'.repeat(5000)}a`,
  `${'['.repeat(20_000)}`,
  '```html\n<script>alert(1)</script>\n```',
  '~~~"><script>alert(1)</script>\ncode\n~~~'
]

/** Each piece of markup alone, inside of a list, and inside of a link; each address as a link, an image, a reference and by itself. */
export const PAYLOADS: ReadonlyArray<string> = [
  ...MARKUP.flatMap((text) => [text, `- item ${text}`, `[${text}](https://evil.example)`]),
  ...URLS.flatMap((url) => [
    `[link](${url})`,
    `![image](${url})`,
    `[x]: ${url}\n\n[x] ![x]`,
    `<${url}>`,
    `[x](${url} "title' onmouseover=alert(1)")`
  ]),
  ...TEXTS
]

/** The rollout with these texts as answers, 20 to a turn. */
export const withAnswers = (rollout: string, texts: ReadonlyArray<string>): string => {
  const lines = rollout.split('\n')
  return lines
    .flatMap((line) => {
      if (!line.includes('"type":"agent_message"') || !line.includes('Gearbox report'))
        return [line]
      const event = JSON.parse(line) as { readonly payload: object }
      return texts.map((message) =>
        JSON.stringify({ ...event, payload: { ...event.payload, message } })
      )
    })
    .join('\n')
}
