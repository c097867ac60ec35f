const statement = new PolicyStatement({ actions: ['dynamodb:GetItem'], resources: [table.tableArn] });
