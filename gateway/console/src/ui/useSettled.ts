import { useEffect, useState } from 'react';

const pauseMs = 300;

/** A value once nobody has changed it for a moment, so that what is typed is not asked about at every key. */
export function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const key = JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? String(each) : each));
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pauseMs);
    return () => clearTimeout(timer);
    // The key stands for the value.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return settled;
}
