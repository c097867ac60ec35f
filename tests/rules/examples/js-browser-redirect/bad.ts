import { useSearchParams } from 'react-router-dom';

export function useReturn() {
  const [parameters] = useSearchParams();
  return () => window.location.assign(parameters.get('returnTo')!); // expect: js-browser-redirect
}
