const statement = new PolicyStatement({ resources: ['*'], actions: ['dynamodb:ListTables'] });
