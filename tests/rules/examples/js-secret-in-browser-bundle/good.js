const client = createClient(process.env.NEXT_PUBLIC_URL, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY);
