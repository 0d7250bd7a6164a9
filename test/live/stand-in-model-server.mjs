// Usage: WD=<dir the tool modes write into> LOG=<file> node stand-in-model-server.mjs ; prints its port; binds 127.0.0.1 only.
// COMMAND: what mode toolrun has them run in a shell.
// Stand-in model server: Anthropic Messages, OpenAI Responses + Chat, Gemini. Mode = first path segment /m/<mode>/...
import http from 'node:http'; import fs from 'node:fs';
const LOG=process.env.LOG||'requests.jsonl'; const seen={}; const COMMAND=process.env.COMMAND||'true';
// ANSWERS: JSON, what to say by a text that stands in what is asked.
const answers=Object.entries(JSON.parse(process.env.ANSWERS||'{}')); const hello=asked=>(answers.find(([key])=>JSON.stringify(asked??'').includes(key))??['','Hello from the stand-in.'])[1];
const sse=(res,evs,delay=0)=>new Promise(async r=>{res.writeHead(200,{'content-type':'text/event-stream','cache-control':'no-cache'});for(const e of evs){if(res.destroyed)break;res.write((e.event?`event: ${e.event}\n`:'')+`data: ${typeof e.data==='string'?e.data:JSON.stringify(e.data)}\n\n`);if(delay)await new Promise(x=>setTimeout(x,delay));}res.end();r()});
const json=(res,c,o,h={})=>{res.writeHead(c,{'content-type':'application/json',...h});res.end(JSON.stringify(o))};
function anthropic(res,body,mode){
  const hasTR=JSON.stringify(body.messages.at(-1)?.content??'').includes('tool_result');
  const blocks=[]; const model=body.model; let stop='end_turn';
  if(mode==='schema'&&!hasTR&&body.tools?.some(t=>t.name==='StructuredOutput')){stop='tool_use';blocks.push({type:'tool_use',id:'toolu_so',name:'StructuredOutput',input:{answer:'42'}});}
  else if(mode==='slow'){ (async()=>{res.writeHead(200,{'content-type':'text/event-stream'});res.write('event: message_start\ndata: '+JSON.stringify({type:'message_start',message:{id:'msg_1',type:'message',role:'assistant',model,content:[],stop_reason:null,usage:{input_tokens:12,output_tokens:1}}})+'\n\n');res.write('event: content_block_start\ndata: '+JSON.stringify({type:'content_block_start',index:0,content_block:{type:'text',text:''}})+'\n\n');for(let i=0;i<200&&!res.destroyed;i++){res.write('event: content_block_delta\ndata: '+JSON.stringify({type:'content_block_delta',index:0,delta:{type:'text_delta',text:'w'+i+' '}})+'\n\n');await new Promise(r=>setTimeout(r,200));}res.end();})();return;}
  else if(mode.startsWith('tool')&&!hasTR&&body.tools?.length){stop='tool_use';
    blocks.push({type:'text',text:'I will act.'});
    if(mode==='toolsleep')blocks.push({type:'tool_use',id:'toolu_01',name:'Bash',input:{command:'timeout 2718 tail -f /dev/null',description:'wait',timeout:600000}});
    else if(mode==='toolbash'||mode==='toolrun')blocks.push({type:'tool_use',id:'toolu_01',name:'Bash',input:{command:mode==='toolrun'?COMMAND:'echo hi > made-by-bash.txt',description:'make file'}});
    else blocks.push({type:'tool_use',id:'toolu_01',name:'Write',input:{file_path:(process.env.CWD_FILE||process.env.WD||'.')+'/made-by-agent.txt',content:'hello\n'}});
  } else blocks.push({type:'text',text:mode.startsWith('tool')?'Done: the file was handled.':hello(body.messages)});
  const usage={input_tokens:12,output_tokens:7,cache_creation_input_tokens:0,cache_read_input_tokens:0};
  if(!body.stream) return json(res,200,{id:'msg_1',type:'message',role:'assistant',model,content:blocks,stop_reason:stop,stop_sequence:null,usage});
  const evs=[{event:'message_start',data:{type:'message_start',message:{id:'msg_1',type:'message',role:'assistant',model,content:[],stop_reason:null,stop_sequence:null,usage:{...usage,output_tokens:1}}}}];
  blocks.forEach((b,i)=>{ if(b.type==='text'){evs.push({event:'content_block_start',data:{type:'content_block_start',index:i,content_block:{type:'text',text:''}}});for(const w of b.text.split(/(?<= )/))evs.push({event:'content_block_delta',data:{type:'content_block_delta',index:i,delta:{type:'text_delta',text:w}}});}
    else{evs.push({event:'content_block_start',data:{type:'content_block_start',index:i,content_block:{...b,input:{}}}});evs.push({event:'content_block_delta',data:{type:'content_block_delta',index:i,delta:{type:'input_json_delta',partial_json:JSON.stringify(b.input)}}});}
    evs.push({event:'content_block_stop',data:{type:'content_block_stop',index:i}});});
  evs.push({event:'message_delta',data:{type:'message_delta',delta:{stop_reason:stop,stop_sequence:null},usage:{output_tokens:7}}},{event:'message_stop',data:{type:'message_stop'}});
  return sse(res,evs);
}
function responses(res,body,mode){
  const inp=JSON.stringify(body.input??''); const hasTR=inp.includes('function_call_output')||inp.includes('custom_tool_call_output');
  const names=(body.tools||[]).map(t=>t.name||t.type); let item;
  if(mode.startsWith('tool')&&!hasTR){
    const cmd=mode==='toolrun'?COMMAND:mode==='toolsleep'?'timeout 2718 tail -f /dev/null':mode==='tooldeny'?'echo x > /etc/super-denied-probe':'echo hello > made-by-agent.txt';
    if(names.includes('exec_command')) item={type:'function_call',id:'fc_1',call_id:'call_1',name:'exec_command',arguments:JSON.stringify({cmd})};
    else if(names.includes('shell_command')) item={type:'function_call',id:'fc_1',call_id:'call_1',name:'shell_command',arguments:JSON.stringify({command:cmd})};
    else item={type:'function_call',id:'fc_1',call_id:'call_1',name:names.find(n=>/shell/.test(n))||'shell',arguments:JSON.stringify({command:['bash','-lc',cmd]})};
  } else item={type:'message',id:'msg_1',role:'assistant',status:'completed',content:[{type:'output_text',text:mode.startsWith('tool')?'Done: the file was handled.':hello(body.input),annotations:[]}]};
  const usage={input_tokens:12,input_tokens_details:{cached_tokens:0},output_tokens:7,output_tokens_details:{reasoning_tokens:0},total_tokens:19};
  const resp={id:'resp_1',object:'response',created_at:1,status:'completed',model:body.model,output:[item],usage,error:null};
  if(!body.stream) return json(res,200,resp);
  const evs=[{event:'response.created',data:{type:'response.created',response:{...resp,status:'in_progress',output:[],usage:null}}},{event:'response.output_item.added',data:{type:'response.output_item.added',output_index:0,item:{...item,content:item.content?[]:undefined}}}];
  if(item.type==='message')for(const w of item.content[0].text.split(/(?<= )/))evs.push({event:'response.output_text.delta',data:{type:'response.output_text.delta',item_id:'msg_1',output_index:0,content_index:0,delta:w}});
  evs.push({event:'response.output_item.done',data:{type:'response.output_item.done',output_index:0,item}},{event:'response.completed',data:{type:'response.completed',response:resp}});
  return sse(res,evs);
}
function chat(res,body,mode){
  const base={id:'cc_1',object:body.stream?'chat.completion.chunk':'chat.completion',created:1,model:body.model};
  const text=hello(body.messages); const usage={prompt_tokens:12,completion_tokens:7,total_tokens:19};
  if(!body.stream) return json(res,200,{...base,choices:[{index:0,message:{role:'assistant',content:text},finish_reason:'stop'}],usage});
  return sse(res,[...text.split(/(?<= )/).map(w=>({data:{...base,choices:[{index:0,delta:{role:'assistant',content:w},finish_reason:null}]}})),{data:{...base,choices:[{index:0,delta:{},finish_reason:'stop'}]}},{data:{...base,choices:[],usage}},{data:'[DONE]'}]);
}
function gemini(res,url,body,mode){
  if(url.includes('countTokens')) return json(res,200,{totalTokens:12});
  const hasTR=JSON.stringify(body.contents??[]).includes('functionResponse'); const tools=(body.tools||[]).flatMap(t=>t.functionDeclarations||[]).map(f=>f.name);
  let parts; 
  if(mode.startsWith('tool')&&!hasTR&&tools.length) parts=[{functionCall:mode==='toolsleep'?{name:'run_shell_command',args:{command:'timeout 2718 tail -f /dev/null',description:'wait'}}:mode==='toolbash'||mode==='toolrun'?{name:'run_shell_command',args:{command:mode==='toolrun'?COMMAND:'echo hi > made-by-bash.txt',description:'make file'}}:{name:'write_file',args:{file_path:process.env.WD+'/made-by-agent.txt',content:'hello\n'}}}];
  else if((body.generationConfig?.responseMimeType||body.generationConfig?.responseJsonSchema)) parts=[{text:JSON.stringify({reasoning:'simple',model_choice:'flash',complexity_reasoning:'simple',complexity_score:10,next_speaker:'user'})}];
  else parts=[{text:mode.startsWith('tool')?'Done: the file was handled.':hello(body.contents)}];
  const out={candidates:[{content:{role:'model',parts},finishReason:'STOP',index:0}],usageMetadata:{promptTokenCount:12,candidatesTokenCount:7,totalTokenCount:19},modelVersion:'stand-in',responseId:'r1'};
  if(url.includes('streamGenerateContent')) return sse(res,[{data:out}]);
  return json(res,200,out);
}
const server=http.createServer((req,res)=>{let s='';req.on('data',d=>s+=d).on('end',async()=>{
  let body={};try{body=JSON.parse(s||'{}')}catch{}
  const m=req.url.match(/^\/m\/([^/]+)(\/.*)$/); const mode=m?m[1]:'ok'; const path=m?m[2]:req.url;
  fs.appendFileSync(LOG,JSON.stringify({t:Date.now(),method:req.method,mode,path,model:body.model,stream:body.stream,ua:req.headers['user-agent'],tools:(body.tools||[]).flatMap(t=>t.functionDeclarations?t.functionDeclarations.map(f=>f.name):[t.name||t.type]),len:s.length,auth:(req.headers.authorization||req.headers['x-api-key']||req.headers['x-goog-api-key']||'').slice(0,30)})+'\n');
  if(process.env.DUMP) fs.appendFileSync(process.env.DUMP,JSON.stringify({mode,path,headers:req.headers,body})+'\n');
  if(req.method==='GET'||req.method==='HEAD'){ if(/models/.test(path)) return json(res,200,{object:'list',data:[{id:'stand-in',object:'model'}],models:[]}); return json(res,404,{error:'nf'}); }
  if(/count_tokens/.test(path)) return json(res,200,{input_tokens:12});
  const k=(seen[mode+path]=(seen[mode+path]||0)+1);
  if(mode==='429'||mode==='500'||mode==='401'||mode==='400'||mode==='529'||(mode==='flaky'&&k<=2)||(mode==='busy'&&k<=1)){const c=mode==='flaky'?500:mode==='busy'?429:+mode; const wait=mode==='busy'?'3':'1'; const types={429:'rate_limit_error',500:'api_error',401:'authentication_error',400:'invalid_request_error',529:'overloaded_error'};
    if(/v1beta|:generate|:stream/.test(path)) return json(res,c,{error:{code:c,message:'stand-in '+c,status:c===429?'RESOURCE_EXHAUSTED':'INTERNAL',...(mode==='busy'&&{details:[{'@type':'type.googleapis.com/google.rpc.RetryInfo',retryDelay:wait+'s'}]})}},{'retry-after':wait});
    return json(res,c,{type:'error',error:{type:types[c],message:'stand-in '+c,code:types[c]}},{'retry-after':wait}); }
  if(mode==='hang') return; 
  if(/\/messages/.test(path)) return anthropic(res,body,mode);
  if(/\/responses/.test(path)) return responses(res,body,mode);
  if(/chat\/completions/.test(path)) return chat(res,body,mode);
  if(/generateContent|GenerateContent|countTokens/.test(path)) return gemini(res,path,body,mode);
  json(res,404,{error:'unknown '+path});
})});
server.listen(+(process.env.PORT??0),'127.0.0.1',()=>console.log(server.address().port));
