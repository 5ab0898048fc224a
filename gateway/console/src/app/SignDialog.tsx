export default function SignDialog(_: { task: unknown; done(signatures: null): void }) { return null; }
