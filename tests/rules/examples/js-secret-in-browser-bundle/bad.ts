export const secret: string = import.meta.env.VITE_STRIPE_SECRET; // expect: js-secret-in-browser-bundle
