export const key: string = import.meta.env.VITE_STRIPE_PUBLISHABLE_KEY;
export const secret = process.env.STRIPE_SECRET;
