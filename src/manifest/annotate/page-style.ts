// The style of the exported page. It is one constant, so that the page's policy can name it by its hash and allow no other.

/** The filters that a page can have; more components than that are never in one manifest. */
export const MAX_FILTERS = 48;

const hidden = Array.from(
  { length: MAX_FILTERS },
  (_, i) => `body:has(#f${i}:checked) .row:not(.k${i}),body:has(#f${i}:checked) .entry:not(.k${i})`,
).join(',');

export const PAGE_STYLE = `
:root{color-scheme:light dark;--fg:#1f2328;--bg:#fff;--dim:#59636e;--line:#d1d9e0;--raised:#f6f8fa;--api:#0550ae;--etcd:#0f6a78;--controller:#7a3fc7;--scheduler:#b1480b;--kubelet:#1a7f37;--runtime:#59636e;--network:#7d5e00;--user:#1f2328}
@media (prefers-color-scheme:dark){:root{--fg:#e6edf3;--bg:#14181d;--dim:#9da7b1;--line:#333c46;--raised:#1d2329;--api:#6cb2ff;--etcd:#4cc3d4;--controller:#c39bff;--scheduler:#ffa657;--kubelet:#5fd07a;--runtime:#9da7b1;--network:#e3b341;--user:#e6edf3}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1180px;padding:24px 20px 64px;background:var(--bg);color:var(--fg);font:14px/1.5 system-ui,"Segoe UI",Roboto,Ubuntu,sans-serif}
h1{margin:0 0 4px;font-size:1.6em;line-height:1.25}
h2{margin:40px 0 8px;font-size:1.2em}
h3{margin:20px 0 2px;font-size:1em}
p{margin:4px 0;max-width:76ch}
.dim{color:var(--dim)}
code{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.93em;overflow-wrap:anywhere}
.c-api{--c:var(--api)}.c-etcd{--c:var(--etcd)}.c-controller{--c:var(--controller)}.c-scheduler{--c:var(--scheduler)}.c-kubelet{--c:var(--kubelet)}.c-runtime{--c:var(--runtime)}.c-network{--c:var(--network)}.c-user,.c-none{--c:var(--user)}
svg.sign{width:1.05em;height:1.05em;flex:none;vertical-align:-.15em;fill:none;stroke:var(--c);stroke-width:1.5;stroke-linejoin:round}
svg.sign .f{fill:var(--c);stroke:none}
fieldset{display:flex;flex-wrap:wrap;gap:4px 14px;margin:16px 0;padding:8px 12px;border:1px solid var(--line);border-radius:6px}
legend{padding:0 6px;color:var(--dim)}
label{display:inline-flex;align-items:center;gap:5px;cursor:pointer}
input{accent-color:var(--api);margin:0}
:focus-visible{outline:2px solid var(--api);outline-offset:2px}
.problem{margin:12px 0;padding:8px 12px;border:1px solid var(--scheduler);border-radius:6px}
.lines{margin:0;padding:0;list-style:none;border-block:1px solid var(--line)}
.row{display:grid;grid-template-columns:3.2em 3.6em minmax(0,1fr) minmax(0,1fr);gap:0 8px;align-items:start;padding:1px 6px 1px 0;border-inline-start:3px solid transparent}
.row.on{border-inline-start-color:var(--c)}
.row.on:hover{background:var(--raised)}
.no{color:var(--dim);text-align:end;font-variant-numeric:tabular-nums;user-select:none}
.signs{display:flex;gap:3px;padding-block-start:.25em}
pre{margin:0;font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.93em;line-height:1.6;white-space:pre-wrap;overflow-wrap:anywhere;direction:ltr;text-align:start;unicode-bidi:isolate}
summary{cursor:pointer;list-style-position:inside}
summary b{color:var(--c)}
summary>span{display:inline-block;margin-inline-end:.5em}
.num{display:inline-block;min-width:1.7em;padding:0 .35em;border:1px solid var(--c);border-radius:1em;text-align:center;font-size:.8em;line-height:1.45;font-variant-numeric:tabular-nums;color:var(--c)}
dl{margin:4px 0 10px;padding:6px 12px;border-inline-start:1px solid var(--line)}
dt{color:var(--dim)}
dd{margin:0 0 6px}
.entries{margin:4px 0;padding-inline-start:1.4em}
${hidden}{display:none}
@media (max-width:760px){.row{grid-template-columns:2.4em 3.2em minmax(0,1fr)}.row>details,.row>.note{grid-column:2/-1}}
@media print{:root{--fg:#000;--bg:#fff;--dim:#444;--line:#999;--raised:#fff;--api:#0550ae;--etcd:#0f6a78;--controller:#6f35b8;--scheduler:#9a3c06;--kubelet:#176f30;--runtime:#444;--network:#6b5000;--user:#000}body{max-width:none;padding:0;font-size:9.5pt}fieldset{display:none}.row,.entry,h2,h3{break-inside:avoid}h2,h3{break-after:avoid}}
`;

/** SHA-256 of the style, as base64; a test holds it against the style. */
export const PAGE_STYLE_HASH = 'jVXtor9G7Zx/DxKAjJKuuY4Qzm/UxBT5IuVZ3NaphsI=';
