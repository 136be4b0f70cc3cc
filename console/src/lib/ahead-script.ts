// What runs while the page's own scripts are still on their way: the session is renewed, and what the page reads
// first is asked for. The protocol between tabs is that of auth.ts. Its hash is in the Content-Security-Policy.

/** `*` is the workspace. What queries.ts asks for in the same words is answered from here. */
export const kAheadPaths = {
  workspaces: ['/api/workspaces?limit=200'],
  workspace: ['/api/workspaces/*'],
  overview: ['/api/workspaces/*', '/api/workspaces/*/analytics?period=30d', '/api/workspaces/*/conversations?limit=5', '/api/insights/*?days=30', '/api/documents/workspace/*?limit=1&status=indexed'],
};

export const kAheadScript = `(function(){var w=window,p=location.pathname.replace(/\\/$/,''),id=new URLSearchParams(location.search).get('id')||'',a=w.monitoraAhead={replies:{}},l=null;
try{l=localStorage.getItem('monitora-language')}catch(e){}
l=l||(navigator.language.slice(0,2)==='fr'?'fr':'en');
function refresh(){return fetch('/api/auth/refresh',{method:'POST',headers:{'Content-Type':'application/json','Accept-Language':l},body:'{}',cache:'no-store',keepalive:true}).then(function(r){return r.ok?r.json().then(function(s){return{token:s.access_token,user:s.user,expiresAt:Date.now()+s.expires_in*1000,renewed:true}}):{status:r.status}})}
function begin(){if(!w.BroadcastChannel)return refresh();
var c=new BroadcastChannel('monitora-session');
return new Promise(function(done){c.onmessage=function(e){if(e.data.kind==='token')done(e.data)};c.postMessage({kind:'ask'});setTimeout(done,60)}).then(function(o){c.close();return o||refresh()})}
a.session=(navigator.locks?navigator.locks.request('monitora-refresh',begin):begin()).catch(function(){return{status:0}});
a.session.then(function(s){if(!s.token)return;
var all=${JSON.stringify(kAheadPaths)},list=p==='/workspaces'?all.workspaces:!/^[\\w-]{36}$/.test(id)?[]:p==='/workspace'?all.overview:p.slice(0,11)==='/workspace/'?all.workspace:[];
list.forEach(function(one){one=one.replace('*',id);a.replies[one]=fetch(one,{headers:{Authorization:'Bearer '+s.token,'Accept-Language':l},cache:'no-store'}).catch(function(){})})})})()`;
