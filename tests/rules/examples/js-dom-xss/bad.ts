import { useSearchParams } from 'next/navigation';

export function showMessage(element: HTMLElement) {
  const parameters = useSearchParams();
  element.innerHTML = parameters.get('message')!; // expect: js-dom-xss
}
