/**
 * The style of an exported page: one column, dark where the reader's system is, everything open and black on white on paper.
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f8;--text:#1c1f23;--dim:#5c6570;--line:#d5dae0;--accent:#0b57a4;--bad:#a3221a;--add:#e3f4e5;--del:#fbe6e4}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--ground:#15181c;--panel:#1d2126;--text:#e4e7eb;--dim:#9aa4af;--line:#353c45;--accent:#7db8f5;--bad:#f08b83;--add:#16321c;--del:#3d1d1b}}
:root[data-theme=dark]{color-scheme:dark;--ground:#15181c;--panel:#1d2126;--text:#e4e7eb;--dim:#9aa4af;--line:#353c45;--accent:#7db8f5;--bad:#f08b83;--add:#16321c;--del:#3d1d1b}
:root[data-theme=light]{color-scheme:light}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);font:15px/1.55 system-ui,sans-serif}
main{max-width:54rem;margin:0 auto;padding:16px 16px 96px}
h1{font-size:1.5rem;line-height:1.3;margin:16px 0 8px;overflow-wrap:anywhere}
h2{font-size:1rem;margin:0;font-weight:600}
h3,h4,h5,h6{font-size:1rem;margin:16px 0 8px}
a{color:var(--accent)}
p{margin:8px 0}
.dim,.facts{color:var(--dim);font-size:.875rem}
.facts span+span::before{content:" · "}
.bad{color:var(--bad)}
.tools{position:sticky;top:0;display:none;flex-wrap:wrap;gap:8px;padding:8px 0;background:var(--ground);border-bottom:1px solid var(--line);z-index:1}
.copy{display:none}
.js .tools{display:flex}.js .copy{display:inline-block}
button{font:inherit;font-size:.875rem;color:inherit;background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:2px 10px;min-height:28px;cursor:pointer}
button[aria-pressed=false]{opacity:.75;text-decoration:line-through}
button:focus-visible,a:focus-visible,summary:focus-visible,pre:focus-visible,.wide:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.turn{border-top:1px solid var(--line);padding:16px 0;content-visibility:auto;contain-intrinsic-size:auto 480px;scroll-margin-top:56px}
.turn>header{display:flex;flex-wrap:wrap;gap:8px;align-items:baseline;margin-bottom:8px}
.turn.gone h2{text-decoration:line-through}
.message{margin:8px 0;overflow-wrap:anywhere}
.who{font-weight:600;font-size:.875rem;color:var(--dim)}
.you>.text{background:var(--panel);border-left:3px solid var(--accent);border-radius:4px;padding:4px 12px}
details{margin:4px 0}
summary{cursor:pointer;font:13px/1.5 ui-monospace,monospace;overflow-wrap:anywhere;padding:2px 0}
pre{font:13px/1.45 ui-monospace,monospace;background:var(--panel);border:1px solid var(--line);border-radius:6px;padding:8px 12px;margin:4px 0;overflow:auto;max-height:32rem;white-space:pre;tab-size:4}
code{font-family:ui-monospace,monospace;font-size:.9em}
pre code{font-size:1em}
.diff span{display:block}.diff .add{background:var(--add)}.diff .del{background:var(--del)}
.parts{margin:16px 0}
.note{color:var(--dim);font-size:.875rem;margin:4px 0;overflow-wrap:anywhere}
.wide{overflow:auto;max-width:100%}
table{border-collapse:collapse}td,th{border:1px solid var(--line);padding:4px 8px;text-align:start}
blockquote{margin:8px 0;padding-left:12px;border-left:3px solid var(--line)}
img{max-width:100%;height:auto}
.hide-tools .tool,.hide-diffs .diffs,.hide-messages .message{display:none}
@media print{:root,:root[data-theme]{color-scheme:light;--ground:#fff;--panel:#fff;--text:#000;--dim:#444;--line:#999;--add:#eee;--del:#ddd}.tools,.copy{display:none!important}.turn{content-visibility:visible;break-inside:auto}pre{max-height:none;white-space:pre-wrap;overflow-wrap:anywhere}summary{break-after:avoid}}
`.trim()
