// The widget's looks. They live in constructable style sheets, which a page's Content-Security-Policy does
// not refuse, and behind `all: initial`, which a page's own rules do not reach.

import { readable, textOn, tint } from './colour';
import type { Appearance } from './config';

const kDefaultColour = '#2456c9';

const kLight = { bg: '#ffffff', soft: '#f2f4f7', text: '#1b1f27', muted: '#566070', line: '#dce0e6', danger: '#b42318' };
const kDark = { bg: '#16181d', soft: '#24272e', text: '#eceef2', muted: '#a7aeba', line: '#3a3f49', danger: '#ff9b90' };

/** The custom properties that depend on the workspace; every value is a number or a checked colour. */
export function themeCss(look: Appearance, dark: boolean): string {
  const base = dark ? kDark : kLight;
  const accent = look.primaryColor ?? kDefaultColour;
  const left = look.position === 'bottom-left';
  return `:host{
--bg:${base.bg};--soft:${base.soft};--text:${base.text};--muted:${base.muted};--line:${base.line};--danger:${base.danger};
--accent:${accent};--on-accent:${textOn(accent)};
--link:${readable(accent, base.soft, 4.6)};--control:${readable(accent, base.bg, 3.1)};
--tint:${tint(accent, base.bg, dark ? 0.25 : 0.1)};--on-tint:${readable(accent, tint(accent, base.bg, dark ? 0.25 : 0.1), 4.6)};
--w:${look.width ?? 384}px;--h:${look.height ?? 620}px;
--left:${left ? 'max(20px,env(safe-area-inset-left))' : 'auto'};--right:${left ? 'auto' : 'max(20px,env(safe-area-inset-right))'};
--origin:${left ? 'left' : 'right'} bottom;color-scheme:${dark ? 'dark' : 'light'} !important}`;
}

export const kCss = `
:host{all:initial !important;direction:ltr !important;display:block !important;position:fixed !important;inset:auto !important;width:0 !important;height:0 !important;
z-index:2147483000 !important;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif !important}
*,*::before,*::after{box-sizing:border-box}
[hidden]{display:none !important}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
button{font:inherit;color:inherit;background:none;border:0;padding:0;margin:0;cursor:pointer;-webkit-tap-highlight-color:transparent}
button:disabled{cursor:default}
:focus{outline:none}
:focus-visible{outline:2px solid var(--control);outline-offset:2px}
.icon{display:block;width:20px;height:20px;fill:none;stroke:currentColor;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
.flipped{transform:scale(-1,-1)}

.launcher{position:fixed;left:var(--left);right:var(--right);bottom:max(20px,env(safe-area-inset-bottom));width:58px;height:58px;border-radius:50%;
display:grid;place-items:center;background:var(--accent);color:var(--on-accent);box-shadow:0 2px 6px rgba(15,20,30,.18),0 8px 24px rgba(15,20,30,.22);transition:transform .16s ease}
.launcher:hover{transform:scale(1.05)}
.launcher:active{transform:scale(.97)}
.launcher .icon{width:27px;height:27px}
.launcher .dot{position:absolute;top:1px;right:1px;width:14px;height:14px;border-radius:50%;background:#d92d20;border:2px solid #fff}

.panel{position:fixed;left:var(--left);right:var(--right);bottom:calc(max(20px,env(safe-area-inset-bottom)) + 72px);
width:min(var(--w),calc(100vw - 40px));height:min(var(--h),calc(100vh - 112px));height:min(var(--h),calc(100dvh - 112px));
display:flex;flex-direction:column;background:var(--bg);color:var(--text);border-radius:16px;overflow:hidden;overflow-wrap:anywhere;
box-shadow:0 0 0 1px var(--line),0 12px 48px rgba(15,20,30,.26);transform-origin:var(--origin);animation:appear .18s ease-out}
@keyframes appear{from{opacity:0;transform:translateY(10px) scale(.98)}}

.head{display:flex;align-items:center;gap:10px;padding:13px 10px 13px 16px;background:var(--accent);color:var(--on-accent);flex:none}
.head .avatar{display:grid;place-items:center;width:34px;height:34px;border-radius:50%;border:1.5px solid currentColor;flex:none}
.head h2{flex:1;min-width:0;margin:0;font-size:16px;font-weight:650;line-height:1.3;max-height:2.6em;overflow:hidden}
.head button{display:grid;place-items:center;width:40px;height:40px;border-radius:10px;flex:none}
.head button:hover{background:color-mix(in srgb,currentColor 16%,transparent)}
.head button:focus-visible{outline-color:currentColor;outline-offset:-3px}

.log{flex:1;min-height:0;overflow-y:auto;overscroll-behavior:contain;padding:18px 16px 8px;display:flex;flex-direction:column;gap:14px}
.log:focus-visible{outline-offset:-3px}
.row{display:flex;flex-direction:column;align-items:flex-start;max-width:100%;gap:6px}
.row.you{align-items:flex-end}
.extras{width:100%}
.extras:empty{display:none}
.bubble{max-width:88%;padding:10px 14px;border-radius:16px;background:var(--soft);border-bottom-left-radius:5px}
.you .bubble{background:var(--accent);color:var(--on-accent);border-radius:16px;border-bottom-right-radius:5px;white-space:pre-wrap}
.bubble>:first-child{margin-top:0}
.bubble>:last-child{margin-bottom:0}
.bubble p,.bubble ul,.bubble ol,.bubble pre,.bubble blockquote{margin:0 0 9px}
.bubble .heading{font-weight:650}
.bubble ul,.bubble ol{padding-left:1.35em}
.bubble li+li{margin-top:3px}
.bubble blockquote{padding-left:11px;border-left:3px solid var(--line);color:var(--muted)}
.bubble code{font:.88em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;background:var(--bg);border:1px solid var(--line);border-radius:5px;padding:.05em .3em}
.bubble pre{overflow-x:auto;background:var(--bg);border:1px solid var(--line);border-radius:8px;padding:9px 11px;overflow-wrap:normal}
.bubble pre code{border:0;padding:0;background:none}
.bubble a{color:var(--link);text-underline-offset:2px}
.cite{position:relative;min-width:19px;height:19px;margin:0 1px;padding:0 4px;border-radius:6px;background:var(--tint);color:var(--on-tint);
border:1px solid transparent;font-size:11.5px;font-weight:650;line-height:17px;vertical-align:2px}
.cite::after{content:"";position:absolute;inset:-4px -2px}
.cite:hover{border-color:currentColor}

.typing{display:flex;gap:5px;padding:5px 1px}
.typing i{width:7px;height:7px;border-radius:50%;background:var(--muted);animation:blink 1.2s infinite ease-in-out}
.typing i:nth-child(2){animation-delay:.16s}
.typing i:nth-child(3){animation-delay:.32s}
@keyframes blink{0%,70%,100%{opacity:.3}35%{opacity:1}}

.sources{width:88%;margin:0;padding:0;list-style:none;display:flex;flex-direction:column;gap:5px}
.sources button{display:flex;align-items:center;gap:8px;width:100%;min-height:36px;padding:5px 10px;text-align:left;border:1px solid var(--line);border-radius:10px;font-size:13px;line-height:1.35}
.sources button:hover{background:var(--soft)}
.sources .index{flex:none;min-width:20px;padding:0 5px;border-radius:6px;background:var(--tint);color:var(--on-tint);font-size:11.5px;font-weight:650;text-align:center;line-height:20px}
.sources .file{flex:1;min-width:0;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.sources [aria-expanded=true] .file{white-space:normal}
.sources .page{flex:none;max-width:40%;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;color:var(--muted)}
.sources .icon{width:16px;height:16px;color:var(--muted);transition:transform .15s}
.sources [aria-expanded=true] .icon{transform:rotate(180deg)}
.sources .excerpt{margin:2px 0 4px;padding:7px 11px;border-left:3px solid var(--control);font-size:13px;line-height:1.5;color:var(--muted);white-space:pre-line;max-height:190px;overflow-y:auto}
.sources .more{border-style:dashed;justify-content:center;color:var(--muted)}

.actions{display:flex;gap:2px}
.actions button{display:grid;place-items:center;width:36px;height:32px;border-radius:8px;color:var(--muted)}
.actions button:hover{background:var(--soft);color:var(--text)}
.actions .icon{width:17px;height:17px}
.actions [aria-pressed=true]{color:var(--on-tint);background:var(--tint)}
.actions [aria-pressed=true] .icon{fill:color-mix(in srgb,currentColor 30%,transparent)}

.note{display:flex;align-items:flex-start;gap:7px;max-width:95%;margin:0;font-size:13px;color:var(--muted)}
.note .icon{width:16px;height:16px;flex:none;margin-top:2px}
.problem,.count.problem{color:var(--danger)}
.retry,.suggestions button{min-height:36px;padding:6px 13px;border:1px solid var(--control);border-radius:18px;color:var(--link);font-size:14px;line-height:1.35;text-align:left;background:var(--bg)}
.retry:hover:enabled,.suggestions button:hover{background:var(--tint);color:var(--on-tint)}
.retry:disabled{border-color:var(--line);color:var(--muted)}
.suggestions{margin:0;padding:0;list-style:none;display:flex;flex-direction:column;align-items:flex-start;gap:7px}
.suggestions button{border-color:var(--line)}
.suggestions button:hover{border-color:var(--control)}

.author{margin:0 0 2px 4px;font-size:12px;color:var(--muted)}
.handover{flex:none;display:flex;flex-wrap:wrap;align-items:center;gap:4px 12px;padding:8px 14px;border-top:1px solid var(--line)}
.handover.requested,.handover.person{background:var(--tint)}
.handover .note{flex:1 1 60%}
.handover.requested .note,.handover.person .note{color:var(--text)}
.handover.requested>.note:first-child::before,.handover.person>.note:first-child::before{content:"";flex:none;width:8px;height:8px;margin:6px 1px 0;border-radius:50%;background:var(--on-tint)}
.handover.requested>.note:first-child::before{animation:blink 1.6s infinite ease-in-out}
.handover .link{min-height:28px;margin-left:17px;font-size:13px;text-decoration:underline;text-underline-offset:2px;color:var(--on-tint)}
.handover form .link{margin-left:0;padding:0 8px;color:var(--link)}
.handover .go{background:var(--accent);color:var(--on-accent);border-color:transparent}
.handover .go:hover:enabled{background:var(--accent);color:var(--on-accent);box-shadow:0 0 0 2px var(--tint)}
.handover form{display:flex;flex-wrap:wrap;align-items:center;gap:8px;padding:0;width:100%}
.handover input{flex:1 1 100%;min-width:0;min-height:36px;padding:6px 11px;border:1px solid var(--muted);border-radius:10px;background:var(--bg);color:var(--text);font:inherit;font-size:16px}
.handover input:focus-visible{outline:2px solid var(--control);outline-offset:1px}

form{flex:none;margin:0;padding:8px 12px 6px;background:var(--bg)}
.box{display:flex;align-items:flex-end;gap:6px;padding:5px 5px 5px 13px;border:1px solid var(--muted);border-radius:22px}
.box:focus-within{border-color:var(--control);box-shadow:0 0 0 1px var(--control)}
textarea{flex:1;min-width:0;height:24px;max-height:132px;margin:6px 0;padding:0;border:0;background:none;color:var(--text);font:inherit;font-size:16px;line-height:24px;resize:none;overflow-y:auto}
textarea:focus-visible{outline:none}
textarea::placeholder{color:var(--muted);opacity:1}
.send{flex:none;display:grid;place-items:center;width:36px;height:36px;border-radius:50%;background:var(--accent);color:var(--on-accent)}
.send:disabled{background:var(--soft);color:var(--muted)}
.count{margin:4px 6px 0;font-size:12px;color:var(--muted);text-align:right}
.brand{flex:none;margin:0;padding:0 14px max(9px,env(safe-area-inset-bottom));text-align:center;font-size:11.5px;color:var(--muted)}

@media (max-width:480px),(max-height:480px){
.panel{inset:0;top:var(--vt,0);bottom:auto;width:100%;height:100vh;height:var(--vh,100dvh);border-radius:0;box-shadow:none;
padding-left:env(safe-area-inset-left);padding-right:env(safe-area-inset-right)}
.head{padding-top:calc(13px + env(safe-area-inset-top))}
.open .launcher{display:none}
}
@media (prefers-reduced-motion:reduce){*,*::before,*::after{animation:none !important;transition:none !important}.typing i{opacity:.7}}
@media (forced-colors:active){.launcher,.panel,.bubble,.send,.cite{border:1px solid CanvasText}}
@media print{.wrap{display:none}}
`;

/** Gives `root` these sheets; returns a function that replaces the last one. */
export function applyStyles(root: ShadowRoot, fixed: string, changing: string): (css: string) => void {
  if ('adoptedStyleSheets' in root && 'replaceSync' in CSSStyleSheet.prototype) {
    const sheets = [fixed, changing].map((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      return sheet;
    });
    root.adoptedStyleSheets = sheets;
    return (css) => sheets[1]?.replaceSync(css);
  }
  // Safari before 16.4.
  const elements = [fixed, changing].map((css) => {
    const style = (root as ShadowRoot).ownerDocument.createElement('style');
    style.textContent = css;
    (root as ShadowRoot).append(style);
    return style;
  });
  return (css) => {
    if (elements[1]) elements[1].textContent = css;
  };
}
