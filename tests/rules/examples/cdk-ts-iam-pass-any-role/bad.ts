role.addToPolicy(new iam.PolicyStatement({ actions: ['iam:PassRole'], resources: ['*'] })); // expect: cdk-ts-iam-pass-any-role
