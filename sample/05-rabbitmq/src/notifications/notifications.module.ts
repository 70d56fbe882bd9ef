import { Module } from '@nestjs/common';
import { Mailer } from './mailer.js';
import { NotificationTasks } from './notification.tasks.js';
import { SignupService } from './signup.service.js';

@Module({ providers: [Mailer, NotificationTasks, SignupService] })
export class NotificationsModule {}
