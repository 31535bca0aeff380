import { createHash } from 'node:crypto'

/** The one style sheet. Its hash stands in the policy of the page, so that no other applies. */
export const STYLE = `
:root{color-scheme:light dark;--page:#fbfaf7;--raised:#fff;--ink:#1d1c1a;--soft:#67635b;--rule:#e3dfd6;
--accent:#1c6b58;--area:#d9e8e2;--warn:#9a3412;--warn-page:#fdf1ea;--on-warn:#fff;--focus:#1659c7}
@media(prefers-color-scheme:dark){:root{--page:#161513;--raised:#1e1d1a;--ink:#ece9e2;--soft:#a8a298;
--rule:#35322d;--accent:#7cc7ae;--area:#21392f;--warn:#f2997a;--warn-page:#2c1d16;--on-warn:#1d120c;--focus:#8ab4f8}}
*,*::before,*::after{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",
"Noto Sans",sans-serif;font-variant-numeric:tabular-nums}
bdi,code,pre,dd{overflow-wrap:anywhere}
time{white-space:nowrap}
a{color:var(--accent);text-underline-offset:.18em;text-decoration-thickness:1px}
a:hover{text-decoration-thickness:2px}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999rem;top:.5rem;padding:.5rem 1rem;background:var(--raised)}
.skip:focus{left:1rem;z-index:1}
header,main,footer{width:min(68rem,100% - 2.5rem);margin:0 auto}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.75rem 1.5rem;padding-top:1.25rem;padding-bottom:1.25rem}
.home{font-weight:600;color:inherit;text-decoration:none}
.home code{margin-left:.5rem}
header form{margin-left:auto;display:flex;gap:.5rem;align-items:center;flex:0 1 26rem}
header label{color:var(--soft);font-size:.875rem;white-space:nowrap}
main{padding-top:1.5rem;padding-bottom:3rem}
footer{border-top:1px solid var(--rule);color:var(--soft);font-size:.875rem;padding-top:1rem;padding-bottom:2rem}
h1{font-size:clamp(1.6rem,4vw,2.1rem);line-height:1.2;font-weight:600;letter-spacing:-.015em;margin:0;text-wrap:balance}
h1.count{font-weight:400;color:var(--soft)}
.figure{font-size:clamp(3.2rem,10vw,4.75rem);font-weight:300;line-height:1;letter-spacing:-.04em;color:var(--ink);margin-right:.12em}
h2,caption{font-size:1rem;font-weight:600;margin:0;text-align:left}
section{margin-top:3rem}
section>h2,.two h2{margin-bottom:.75rem}
p{margin:.5rem 0;max-width:44rem}
p,figcaption{text-wrap:pretty}
form.actions{margin-top:1.5rem}
.brief{max-width:44rem}
.soft,small{color:var(--soft)}
small{font-size:.875rem}
code{font:.875em ui-monospace,"Cascadia Mono","Liberation Mono",Menlo,monospace}
.home code{padding:.15em .45em;border:1px solid var(--rule);border-radius:4px;font-weight:400;color:var(--soft)}
.note{border-left:3px solid var(--warn);background:var(--warn-page);padding:.6rem .9rem;margin:1.25rem 0;max-width:none}
.actions{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.5rem 0}
.switch a[aria-current]{color:inherit;text-decoration:none;font-weight:600}
.head{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.25rem 1.5rem;margin-bottom:.75rem}
.head h2{margin:0}
.head .actions{margin:0}
.active{display:grid;grid-template-columns:repeat(4,auto);justify-content:start;gap:0 2.5rem;margin:0 0 1rem}
.active dt{white-space:nowrap;color:var(--soft);font-size:.875rem;grid-row:2}
.active dd{margin:0;font-size:1.5rem;line-height:1.3;grid-row:1}
figure{margin:0}
.plot{display:flex;gap:.75rem;border-bottom:1px solid var(--rule)}
.curve{display:block;width:100%;height:9rem;overflow:visible}
.curve .area{fill:var(--area)}
.curve .line{fill:none;stroke:var(--accent);stroke-width:2;vector-effect:non-scaling-stroke}
.axis{display:flex;justify-content:space-between;color:var(--soft);font-size:.8125rem;padding-top:.35rem}
figcaption{color:var(--soft);font-size:.875rem;max-width:44rem;padding-top:.5rem}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr));gap:3rem 4rem}
.two>*{margin-top:0;min-width:0;align-self:start}
table{width:100%;border-collapse:collapse;font-size:.9375rem}
caption{padding-bottom:.75rem}
th,td{text-align:left;vertical-align:top;padding:.55rem 1rem .55rem 0;border-top:1px solid var(--rule);font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--soft);font-size:.8125rem;border-top:0;padding-top:0;padding-bottom:.35rem}
.number{text-align:right;white-space:nowrap}
td small,th small{display:block}
.clip{display:-webkit-box!important;-webkit-box-orient:vertical;-webkit-line-clamp:1;overflow:hidden}
.when{white-space:nowrap;width:8rem}
.narrow{max-width:30rem}
.id{margin-left:.75rem}
.id code{color:var(--soft)}
.bars th[scope=row]{width:9.5rem;white-space:nowrap}
.bars th,.bars td{padding-top:.3rem;padding-bottom:.3rem;border-top:0;vertical-align:middle}
.bars svg{display:block;width:100%;height:.625rem;fill:var(--accent)}
.bars .number{width:4.5rem}
dl.facts{display:grid;grid-template-columns:minmax(7rem,auto) 1fr;margin:0;font-size:.9375rem}
.facts dt,.facts dd{padding:.55rem 0;border-top:1px solid var(--rule);margin:0}
.facts dt{color:var(--soft);padding-right:1.5rem}
.life{list-style:none;margin:0;padding:0}
.life li{position:relative;padding:0 0 1.35rem 2rem}
.life li::before{content:"";position:absolute;left:.15rem;top:.42rem;width:.75rem;height:.75rem;border-radius:50%;
background:var(--accent);border:2px solid var(--accent)}
.life li::after{content:"";position:absolute;left:.47rem;top:1.3rem;bottom:-.3rem;width:2px;background:var(--accent)}
.life .next::before{background:var(--page)}
.life .now::before{background:var(--ink);border-color:var(--ink)}
.life .now::after,.life .next::after{background:var(--rule)}
.life li:last-child::after{display:none}
.life small{display:block}
label{display:block}
input{font:inherit;color:inherit;background:var(--raised);border:1px solid var(--soft);border-radius:5px;padding:.4rem .6rem;
width:100%;min-width:0}
button,.button{font:inherit;font-weight:500;cursor:pointer;color:var(--ink);background:var(--raised);border:1px solid var(--soft);
border-radius:5px;padding:.4rem .9rem;white-space:nowrap;text-decoration:none;display:inline-block}
button:hover,.button:hover{border-color:var(--ink)}
.end{color:var(--on-warn);background:var(--warn);border-color:var(--warn)}
.end:hover{border-color:var(--ink)}
.ending{max-width:34rem}
.ending .row{display:flex;flex-wrap:wrap;gap:.5rem;margin-top:.35rem}
.ending .row input{flex:1 1 14rem}
.error{color:var(--warn);margin:.35rem 0 0}
details{margin-top:.75rem}
summary{cursor:pointer;color:var(--soft);font-size:.875rem}
pre{white-space:pre-wrap;font:.875rem/1.6 ui-monospace,"Liberation Mono",Menlo,monospace;margin:.75rem 0 0}
@media(max-width:40rem){
header form{margin-left:0;flex:1 1 100%;flex-wrap:wrap}
header label{flex:1 1 100%}
header input{flex:1 1 8rem;width:auto}
section{margin-top:2.25rem}
.wide{display:none}
.when{width:6rem}
.id{display:block;margin-left:0}
.active{gap:0 1.25rem}
.bars th[scope=row]{width:7.5rem}
.bars .number{width:3.5rem}
.curve{height:7rem}
dl.facts{grid-template-columns:1fr}
.facts dt{padding-bottom:0}
.facts dd{border-top:0;padding-top:0}
}
@media(prefers-contrast:more){:root{--soft:var(--ink);--rule:var(--soft)}}
@media print{header form,.actions,.ending{display:none}}
`

export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`
