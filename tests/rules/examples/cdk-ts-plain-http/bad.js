balancer.addListener('Web', { port: 80, defaultTargetGroups: [group] }); // expect: cdk-ts-plain-http
