const managedPolicies = [ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')];
