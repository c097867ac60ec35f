import { randomUUID } from 'node:crypto';

export class Session {
  readonly id = randomUUID();
  readonly color = `hsl(${Math.random() * 360}, 50%, 50%)`;
}
