import { useEffect, useMemo, useState } from 'react';
import { labelTexts as t } from '../../text/labels';
import { draw, type Mark } from './zpl';
import './labels.css';

/** A label as the printer will make it, drawn from what the printer is sent. */
export function LabelPicture({ zpl, code, about }: { zpl: string; code: Uint8Array | undefined; about: string }) {
  const label = useMemo(() => draw(zpl), [zpl]);
  const picture = usePicture(code);
  return (
    <figure className="label-picture">
      <svg viewBox={`0 0 ${label.width} ${label.height}`} role="img" aria-label={t.picture(about)}>
        <rect className="paper" width={label.width} height={label.height} rx="8" />
        {label.marks.map((mark, i) => <Drawn key={i} mark={mark} code={picture} />)}
      </svg>
      <figcaption className="small soft">{t.pictureHint}</figcaption>
    </figure>
  );
}

interface Picture {
  readonly address: string;
  /** Modules on a side with the quiet zone around them, which the printer leaves to the label. */
  readonly modules: number;
}

function usePicture(svg: Uint8Array | undefined): Picture | undefined {
  const [picture, setPicture] = useState<Picture>();
  useEffect(() => {
    if (!svg || svg.length === 0) return setPicture(undefined);
    const address = URL.createObjectURL(new Blob([svg.slice()], { type: 'image/svg+xml' }));
    const modules = Number(/viewBox="\S+ \S+ (\d+)/.exec(new TextDecoder().decode(svg))?.[1] ?? 0);
    setPicture({ address, modules });
    return () => URL.revokeObjectURL(address);
  }, [svg]);
  return picture;
}

function Drawn({ mark, code }: { mark: Mark; code: Picture | undefined }) {
  switch (mark.kind) {
    case 'text': return <Words mark={mark} />;
    case 'box': return <rect className={mark.white ? 'white' : 'ink'} x={mark.x + mark.line / 2} y={mark.y + mark.line / 2} width={Math.max(0.1, mark.width - mark.line)} height={Math.max(0.1, mark.height - mark.line)} rx={(mark.round * Math.min(mark.width, mark.height)) / 16} strokeWidth={mark.line} />;
    case 'ellipse': return <ellipse className="ink" cx={mark.x + mark.width / 2} cy={mark.y + mark.height / 2} rx={(mark.width - mark.line) / 2} ry={(mark.height - mark.line) / 2} strokeWidth={mark.line} />;
    case 'diagonal': return <line className="ink" x1={mark.x} x2={mark.x + mark.width} y1={mark.up ? mark.y + mark.height : mark.y} y2={mark.up ? mark.y : mark.y + mark.height} strokeWidth={mark.line} />;
    case 'code': return code ? <Code mark={mark} picture={code} /> : <rect className="ink" x={mark.x} y={mark.y} width={mark.side} height={mark.side} strokeWidth="2" strokeDasharray="6 6" />;
  }
}

function Code({ mark, picture }: { mark: Extract<Mark, { kind: 'code' }>; picture: Picture }) {
  const side = (picture.modules || mark.modules) * mark.module;
  const quiet = (side - mark.side) / 2;
  return <image href={picture.address} x={mark.x - quiet} y={mark.y - quiet} width={side} height={side} />;
}

// Font 0 of a Zebra printer is narrow: its letters are about half as wide as high, and its capitals three quarters of the height.
const letterWidth = 0.5;
const capHeight = 0.75;

function Words({ mark }: { mark: Extract<Mark, { kind: 'text' }> }) {
  const { block } = mark;
  const wide = (mark.width > 0 ? mark.width : mark.height) * letterWidth;
  const lines = block ? wrap(mark.text, Math.max(1, Math.floor(block.width / wide))).slice(0, block.lines) : [mark.text];
  const x = block?.justify === 'C' ? mark.x + block.width / 2 : block?.justify === 'R' ? mark.x + block.width : mark.x;
  const first = mark.base ? mark.y : mark.y + mark.height * capHeight;
  return (
    <g transform={mark.turn ? `rotate(${mark.turn} ${mark.x} ${mark.y})` : undefined}>
      {mark.reversed && <rect className="fill" x={mark.x} y={mark.y} width={wide * mark.text.length} height={mark.height} />}
      {lines.map((line, i) => (
        <text
          key={i} className={mark.reversed ? 'reversed' : undefined} x={x} y={first + i * mark.height} fontSize={mark.height} textAnchor={block?.justify === 'C' ? 'middle' : block?.justify === 'R' ? 'end' : 'start'}
          {...(line.length > 3 ? { textLength: wide * line.length * 0.96, lengthAdjust: 'spacingAndGlyphs' as const } : {})}
        >{line}</text>
      ))}
    </g>
  );
}

function wrap(text: string, most: number): string[] {
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines[lines.length - 1]!;
    if (last === '') lines[lines.length - 1] = word;
    else if (last.length + 1 + word.length <= most) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
