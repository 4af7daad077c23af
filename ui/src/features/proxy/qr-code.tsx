// An address to be read by the camera of a phone. It holds no key. The library comes when the first code is drawn.
import { useEffect, useState } from 'react';
import css from './proxy.module.css';

export function QrCode({ text, label }: { text: string; label: string }) {
  const [rows, setRows] = useState<boolean[][]>([]);
  useEffect(() => {
    let wanted = true;
    void import('uqr').then(({ encode }) => wanted && setRows(encode(text, { border: 0 }).data));
    return () => {
      wanted = false;
    };
  }, [text]);
  if (rows.length === 0) return <div className={css.qr} aria-hidden />;
  const path = rows.flatMap((row, y) => row.map((on, x) => (on ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg className={css.qr} role="img" aria-label={`${label}: ${text}`} viewBox={`0 0 ${rows.length} ${rows.length}`} shapeRendering="crispEdges">
      <path d={path} fill="#000" />
    </svg>
  );
}
