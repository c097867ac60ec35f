import { useSearchParams } from 'next/navigation';

export function showMessage(element: HTMLElement) {
  const parameters = useSearchParams();
  element.textContent = parameters.get('message');
}
