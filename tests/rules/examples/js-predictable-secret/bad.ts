export class Session {
  readonly id: string;

  constructor(private store: Store) {
    const sessionId = 's' + Math.random(); // expect: js-predictable-secret
    this.id = sessionId;
  }
}
