const statement = new PolicyStatement({ actions: ['ecs:RunTask', 'iam:PassRole'], resources: ['*'] }); // expect: cdk-ts-iam-pass-any-role
