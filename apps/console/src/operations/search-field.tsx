import { useEffect, useRef, useState } from 'react';

/** The lists behind a search are long: they are searched when the typing rests, not at each key. */
const REST_MS = 200;

/** A field to search by. `text` is what is searched for now; it may also change from outside, as by the button "back". */
export function SearchField({ label, text, search }: { label: string; text: string; search: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  const asked = useRef(text);
  const latest = useRef(search);
  latest.current = search;
  useEffect(() => {
    // What was asked for from here comes back late, and must not take away what was typed since.
    if (text === asked.current) return;
    asked.current = text;
    setTyped(text);
  }, [text]);
  useEffect(() => {
    if (typed === asked.current) return undefined;
    const timer = setTimeout(() => {
      asked.current = typed;
      latest.current(typed);
    }, REST_MS);
    return () => clearTimeout(timer);
  }, [typed]);
  return (
    <input
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
    />
  );
}
