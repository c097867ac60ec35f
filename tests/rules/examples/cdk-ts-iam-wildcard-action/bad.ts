role.addToPolicy(new iam.PolicyStatement({ actions: ['*'], resources: ['*'] })); // expect: cdk-ts-iam-wildcard-action
