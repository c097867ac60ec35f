api.addDomainName('Name', { domainName, certificate, securityPolicy: apigateway.SecurityPolicy.TLS_1_2 });
