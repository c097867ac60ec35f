const client = createClient(process.env.NEXT_PUBLIC_URL, process.env.NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY); // expect: js-secret-in-browser-bundle
