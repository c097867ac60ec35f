balancer.addListener('Web', { port: 443, certificates: [certificate], defaultTargetGroups: [group] });
balancer.addListener('Redirect', { port: 80, defaultAction: toHttps });
