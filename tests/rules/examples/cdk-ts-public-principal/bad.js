const role = new Role(this, 'Role', { assumedBy: new AnyPrincipal() }); // expect: cdk-ts-public-principal
