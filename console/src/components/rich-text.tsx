'use client';
// An answer's text: paragraphs, lists, bold, italics, code, web links and citations. Everything else, HTML above
// all, is shown as the characters that it is.
import { Fragment } from 'react';
import type { ReactNode } from 'react';
import { useText } from '@/lib/language';

const kMarks = /\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|`([^`\n]+)`|\[([^\]\n]+)\]\(((?:https?:\/\/|mailto:)[^\s()]+)\)|\[(\d{1,2})\]/g;

export function RichText({ text, onCite, cited }: { text: string; onCite?: (index: number) => void; cited?: number | undefined }) {
  const blocks = text.split(/\n{2,}/);
  return (
    <div dir="auto" className="grid gap-3">
      {blocks.map((block, i) => {
        const lines = block.split('\n');
        const bullets = lines.every((line) => /^\s*[-*•]\s+/.test(line));
        const numbers = lines.every((line) => /^\s*\d+[.)]\s+/.test(line));
        if (bullets || numbers) {
          const items = lines.map((line, j) => <li key={j}><Inline text={line.replace(/^\s*(?:[-*•]|\d+[.)])\s+/, '')} onCite={onCite} cited={cited} /></li>);
          return bullets ? <ul key={i} className="list-disc pl-5">{items}</ul> : <ol key={i} className="list-decimal pl-5">{items}</ol>;
        }
        return <p key={i} className="whitespace-pre-line"><Inline text={block.replace(/^#{1,4} /, '')} onCite={onCite} cited={cited} /></p>;
      })}
    </div>
  );
}

function Inline({ text, onCite, cited }: { text: string; onCite: ((index: number) => void) | undefined; cited: number | undefined }) {
  const t = useText();
  const nodes: ReactNode[] = [];
  let at = 0;
  for (const found of text.matchAll(kMarks)) {
    const [whole, bold, italic, code, label, href, citation] = found;
    const before = text.slice(at, found.index);
    // A citation stays with the word that it is about.
    const word = citation ? (/\S{1,30}\s?[»”"]?\s?$/.exec(before)?.[0] ?? '') : '';
    nodes.push(before.slice(0, before.length - word.length));
    if (bold) nodes.push(<strong>{bold}</strong>);
    else if (italic) nodes.push(<em>{italic}</em>);
    else if (code) nodes.push(<code className="rounded-sm bg-sunken px-1 font-mono text-[0.9em]">{code}</code>);
    else if (href) nodes.push(<a className="text-link underline" href={href} target="_blank" rel="noopener noreferrer">{label}</a>);
    else {
      const index = Number(citation);
      const mark = onCite ? (
        <button type="button" aria-label={t('source.cite', index)} aria-pressed={cited === index} className={`mx-0.5 inline-grid min-h-6 min-w-6 place-items-center rounded-sm px-1 font-mono text-[0.8em] leading-none font-bold ${cited === index ? 'bg-ink text-paper' : 'bg-marker text-on-marker'}`} onClick={() => onCite(index)}>{index}</button>
      ) : (
        <sup className="rounded-sm bg-marker px-1 font-mono font-bold text-on-marker">{index}</sup>
      );
      nodes.push(word ? <span className="whitespace-nowrap">{word}{mark}</span> : mark);
    }
    at = found.index + whole.length;
  }
  nodes.push(text.slice(at));
  return nodes.map((node, i) => <Fragment key={i}>{node}</Fragment>);
}
