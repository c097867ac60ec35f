const statement = new PolicyStatement({ actions: ['*'], resources: [table.tableArn] }); // expect: cdk-ts-iam-wildcard-action
