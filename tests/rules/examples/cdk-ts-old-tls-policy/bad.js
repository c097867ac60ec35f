api.addDomainName('Name', { domainName, certificate, securityPolicy: apigateway.SecurityPolicy.TLS_1_0 }); // expect: cdk-ts-old-tls-policy
