export function LampMark() {
  return (
    <svg className="lamp" viewBox="0 0 32 32" aria-hidden="true">
      <path d="M9 12a7 7 0 0 1 14 0z" className="lamp-head" />
      <path d="M10 28h12M16 28V12" className="lamp-post" />
    </svg>
  );
}
