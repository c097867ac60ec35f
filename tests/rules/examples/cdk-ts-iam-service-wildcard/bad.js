const statement = new PolicyStatement({ resources: ['*'], actions: ['dynamodb:*'] }); // expect: cdk-ts-iam-service-wildcard
