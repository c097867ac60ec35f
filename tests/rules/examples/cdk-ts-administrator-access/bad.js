const managedPolicies = [ManagedPolicy.fromAwsManagedPolicyName('AdministratorAccess')]; // expect: cdk-ts-administrator-access
