/** Runs before the first paint; its hash is in the page's Content-Security-Policy. */
export const kThemeScript = `(function(){var d=document.documentElement,s=null,l=null;try{s=localStorage.getItem('monitora-theme');l=localStorage.getItem('monitora-language')}catch(e){}
d.dataset.theme=s==='dark'||(s!=='light'&&matchMedia('(prefers-color-scheme: dark)').matches)?'dark':'light';
if((l||navigator.language.slice(0,2))!=='fr')d.setAttribute('data-wait','')})()`;
