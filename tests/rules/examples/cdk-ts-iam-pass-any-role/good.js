const statement = new PolicyStatement({ actions: ['ecs:RunTask'], resources: ['*'] });
